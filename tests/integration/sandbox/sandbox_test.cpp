#include "virtual_cards/sandbox/sandbox.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/integration/sandbox/pcsc_client.hpp"
#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/sandbox/reader_conf.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {
namespace {

namespace fs = std::filesystem;

TEST(ReaderConf, OneEntryForEachCopyOfTheDriver) {
    EXPECT_EQ(reader_conf("A reader", {{"/d/a.so", 0x8C7B}, {"/d/b.so", 20000}}),
              "FRIENDLYNAME \"A reader\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH /d/a.so\nCHANNELID 0x8C7B\n\n"
              "FRIENDLYNAME \"A reader 2\"\nDEVICENAME /dev/null:0x4E20\nLIBPATH /d/b.so\nCHANNELID 0x4E20\n\n");
    EXPECT_EQ(reader_names("R", 3), (std::vector<std::string>{"R 00 00", "R 00 01", "R 2 00 00"}));
}

struct RefusalRow {
    const char* name;
    SandboxOptions options;
    ErrorCode code;
    const char* remedy;
};

SandboxOptions with(const std::function<void(SandboxOptions&)>& change) {
    SandboxOptions options;
    change(options);
    return options;
}

class Refusal : public testing::TestWithParam<RefusalRow> {};

TEST_P(Refusal, IsClear) {
    const auto sandbox = Sandbox::start(GetParam().options);
    ASSERT_FALSE(sandbox);
    EXPECT_EQ(sandbox.error().code, GetParam().code) << to_string(sandbox.error());
    EXPECT_NE(to_string(sandbox.error()).find(GetParam().remedy), std::string::npos) << to_string(sandbox.error());
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Refusal,
    testing::Values(
        RefusalRow{"no_pcscd", with([](auto& o) { o.pcscd = "/nowhere/pcscd"; }), ErrorCode::package_missing,
                   "apt-get install pcscd"},
        RefusalRow{"no_vpcd", with([](auto& o) { o.driver = "/nowhere/vpcd.so"; }), ErrorCode::package_missing,
                   "apt-get install vsmartcard-vpcd"},
        RefusalRow{"too_many", with([](auto& o) { o.slots = 17; }), ErrorCode::usage, "more sandboxes"},
        RefusalRow{"none", with([](auto& o) { o.slots = 0; }), ErrorCode::usage, "1 to 16"},
        RefusalRow{"bad_name", with([](auto& o) { o.reader_name = "a\"b"; }), ErrorCode::usage, "quotation"},
        RefusalRow{"no_folder", with([](auto& o) { o.folder = "/nowhere"; }), ErrorCode::file_unwritable, "/nowhere"},
        RefusalRow{"not_pcscd", with([](auto& o) { o.pcscd = "/bin/false"; }), ErrorCode::service_absent, "pcscd"}),
    [](const auto& row) { return row.param.name; });

std::map<std::string, fs::file_time_type> host_files() {
    std::map<std::string, fs::file_time_type> files;
    for (const auto& entry : fs::directory_iterator("/run/pcscd"))
        files[entry.path().string()] = fs::last_write_time(entry);
    files["/run/pcscd"] = fs::last_write_time("/run/pcscd");
    return files;
}

class OverNetworks : public testing::TestWithParam<Network> {};

TEST_P(OverNetworks, ShowsACardComingAndGoing) {
    ASSERT_TRUE(Sandbox::start());  // makes /run/pcscd where we are root
    const auto before = host_files();
    fs::path folder;
    {
        SandboxOptions options;
        options.network = GetParam();
        auto sandbox = Sandbox::start(options);
        if (!sandbox && sandbox.error().code == ErrorCode::unsupported) GTEST_SKIP() << to_string(sandbox.error());
        ASSERT_TRUE(sandbox) << to_string(sandbox.error());
        EXPECT_EQ(sandbox->network(), GetParam());
        folder = sandbox->folder();
        PlainCard card;
        auto served = ServedCard::start(card, sandbox->connector(0));
        ASSERT_TRUE(served) << to_string(served.error());
        auto atr = sandbox->await_card(0, true);
        ASSERT_TRUE(atr) << to_string(atr.error());
        EXPECT_EQ(*atr, card.atr());
        served->remove();
        EXPECT_TRUE(sandbox->await_card(0, false));
        struct stat status {};
        ASSERT_EQ(::stat(sandbox->socket().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U);
    }
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_EQ(host_files(), before);
}

INSTANTIATE_TEST_SUITE_P(Rows, OverNetworks, testing::Values(Network::private_namespace, Network::host),
                         [](const auto& row) { return row.param == Network::host ? "host" : "private_namespace"; });

TEST(Sandbox, SixteenReaders) {
    SandboxOptions options;
    options.slots = kMaxSlots;
    auto sandbox = Sandbox::start(options);
    ASSERT_TRUE(sandbox) << to_string(sandbox.error());
    EXPECT_EQ(sandbox->readers().back(), "Virtual PCD 8 00 01");
    PlainCard card;
    auto served = ServedCard::start(card, sandbox->connector(15));
    ASSERT_TRUE(served);
    EXPECT_TRUE(sandbox->await_card(15, true));
}

TEST(Sandbox, WaitingForACardIsBounded) {
    auto sandbox = Sandbox::start();
    ASSERT_TRUE(sandbox);
    EXPECT_EQ(sandbox->await_card(0, true, std::chrono::milliseconds(20)).error().code, ErrorCode::card_absent);
}

TEST(Sandbox, AConnectorOutlivesItsSandbox) {
    std::function<Result<Descriptor>()> connector;
    {
        auto sandbox = Sandbox::start();
        ASSERT_TRUE(sandbox);
        connector = sandbox->connector(0);
        EXPECT_TRUE(connector());
    }
    EXPECT_EQ(connector().error().code, ErrorCode::service_absent);
}

}  // namespace
}  // namespace rakit::cards
