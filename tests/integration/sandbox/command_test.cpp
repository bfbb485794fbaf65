#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/integration/sandbox/pcsc_client.hpp"

// `rakit sandbox` as a person or a script uses it.

namespace rakit::cards {
namespace {

namespace fs = std::filesystem;

const std::string kSandbox = std::string(RAKIT_BINARY) + " sandbox --card pkcs15-blank ";

struct StatusRow {
    const char* name;
    const char* command;
    int status;
};

class ExitStatus : public testing::TestWithParam<StatusRow> {};

TEST_P(ExitStatus, IsTheCommands) {
    const auto ran = run(kSandbox + GetParam().command);
    EXPECT_EQ(ran.status, GetParam().status) << ran.output;
}

INSTANTIATE_TEST_SUITE_P(Rows, ExitStatus,
                         testing::Values(StatusRow{"done", "-- true", 0}, StatusRow{"failed", "-- sh -c 'exit 7'", 7},
                                         StatusRow{"killed", "-- sh -c 'kill -KILL $$'", 137},
                                         StatusRow{"crashed", "-- sh -c 'ulimit -c 0; kill -SEGV $$'", 139},
                                         StatusRow{"not_there", "-- /nowhere/program", 127},
                                         StatusRow{"not_a_program", "-- /etc/passwd", 126},
                                         StatusRow{"no_command", "", 2},
                                         StatusRow{"no_such_card", "--card /nowhere/card.yaml -- true", 2},
                                         StatusRow{"too_many_readers", "--readers 17 -- true", 2},
                                         StatusRow{"fewer_than_none", "--readers -1 -- true", 2}),
                         [](const auto& row) { return row.param.name; });

TEST(SandboxVerb, ShowsTheCardToForeignTools) {
    const auto ran = run(kSandbox + "--reader-name 'Yubico YK' -- opensc-tool -l");
    EXPECT_EQ(ran.status, 0);
    EXPECT_NE(ran.output.find("Yes             Yubico YK 00 00"), std::string::npos) << ran.output;
    EXPECT_NE(ran.output.find("No              Yubico YK 00 01"), std::string::npos) << ran.output;
}

TEST(SandboxVerb, PassesTheEnvironmentAndTheCommandsOutput) {
    const auto ran =
        run("SOME=thing " + kSandbox + "-- sh -c 'echo $SOME; stat -c %a $RAKIT_CONTROL $RAKIT_CONTROL/0.sock'");
    EXPECT_EQ(ran.output, "thing\n700\n600\n");
}

TEST(SandboxVerb, TwoCardsOfOneImageHaveTwoSerialNumbers) {
    const auto ran =
        run(std::string(RAKIT_BINARY) + " sandbox --card tester --card tester -- sh -c 'for n in 0 1; do " +
            RAKIT_BINARY + " card ctl $RAKIT_CONTROL/$n.sock capabilities; done'");
    EXPECT_EQ(ran.status, 0) << ran.output;
    const auto serial = [&](std::size_t from) {
        const auto at = ran.output.find("\"serial\":\"", from);
        return at == std::string::npos ? std::string() : ran.output.substr(at, 32);
    };
    const auto first = serial(0), second = serial(ran.output.find('\n'));
    EXPECT_FALSE(first.empty()) << ran.output;
    EXPECT_NE(first, second) << ran.output;
}

TEST(SandboxVerb, HonoursTmpdir) {
    std::string folder = testing::TempDir() + "rakit-tmpdir-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    fs::permissions(folder, fs::perms(0711));
    const auto ran = run("TMPDIR=" + folder + " " + kSandbox + "-- sh -c 'echo $PCSCLITE_CSOCK_NAME'");
    EXPECT_EQ(ran.output.rfind(folder + "/", 0), 0U) << ran.output;
    fs::remove_all(folder);
}

TEST(SandboxVerb, WorksUnprivileged) {
    if (::geteuid() != 0) GTEST_SKIP() << "the other tests ran unprivileged";
    // A copy where that user can reach it, whatever folder we build in.
    std::string pattern = testing::TempDir() + "rakit-copy-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    fs::permissions(pattern, fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
    fs::copy_file(RAKIT_BINARY, fs::path(pattern) / "rakit");
    fs::permissions(fs::path(pattern) / "rakit", fs::perms(0755));
    const auto ran = run("cd / && setpriv --reuid=65534 --regid=65534 --clear-groups " + pattern +
                         "/rakit sandbox --card pkcs15-blank -- sh -c 'id -u; opensc-tool -l'");
    fs::remove_all(pattern);
    EXPECT_EQ(ran.status, 0) << ran.output;
    // Where that user can't have a network namespace, a note of it stands before.
    EXPECT_NE(ran.output.find("65534\n"), std::string::npos) << ran.output;
    EXPECT_NE(ran.output.find("Yes             Virtual PCD 00 00"), std::string::npos) << ran.output;
}

TEST(SandboxVerb, NothingOfTheGroupOutlivesTheCommand) {
    // The sleeping child keeps the pipe open: the command's output ends only when it is dead.
    const auto ran = run(kSandbox + "-- sh -c 'sleep 1000 & echo started'");
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.output, "started\n");
}

TEST(SandboxVerb, NothingOutlivesAKilledRakit) {
    int output[2];
    ASSERT_EQ(::pipe(output), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::dup2(output[1], STDOUT_FILENO);
        ::close(output[0]);
        ::close(output[1]);
        ::execl(RAKIT_BINARY, RAKIT_BINARY, "sandbox", "--card", "pkcs15-blank", "--", "sh", "-c",
                "echo $PCSCLITE_CSOCK_NAME; exec sleep 1000", nullptr);
        ::_exit(126);
    }
    ::close(output[1]);
    std::string name;
    char octet = 0;
    while (::read(output[0], &octet, 1) == 1 && octet != '\n') name += octet;
    ASSERT_TRUE(fs::exists(name)) << name;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    pollfd wait{output[0], POLLIN, 0};
    EXPECT_EQ(::poll(&wait, 1, 10000), 1) << "the command still holds its output";
    EXPECT_EQ(::read(output[0], &octet, 1), 0);
    ::close(output[0]);
    // Nobody listens at the socket any more: the daemon is dead.
    const auto ran = run("PCSCLITE_CSOCK_NAME=" + name + " timeout 10 opensc-tool -l");
    EXPECT_EQ(ran.output.find("Virtual PCD"), std::string::npos) << ran.output;
    fs::remove_all(fs::path(name).parent_path());
}

}  // namespace
}  // namespace rakit::cards
