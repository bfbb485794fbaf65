#include "mock_cm/http/running_host.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"

#include "tests/integration/cm_http/shell.hpp"
#include "tests/integration/cm_http/tls_client.hpp"

namespace rakit::cm {
namespace {

class Running : public testing::Test {
protected:
    Result<std::unique_ptr<RunningHost>> start(RunningOptions options = {}) {
        options.state = x_folder / "state";
        return RunningHost::start(std::move(options), x_clock, x_rng);
    }
    TemporaryFolder x_folder;
    SystemClock x_clock;
    SystemRng x_rng;
};

TEST_F(Running, InMemoryLeavesNoDatabase) {
    RunningOptions options;
    options.keep = false;
    const auto host = start(std::move(options));
    ASSERT_TRUE(host) << to_string(host.error());
    EXPECT_FALSE(std::filesystem::exists(state_database(x_folder / "state")));
    EXPECT_TRUE(std::filesystem::exists((*host)->ca_file()));
    const auto transaction = (*host)->store().begin();
    ASSERT_TRUE(transaction);
    EXPECT_TRUE((*transaction)->log(1)->empty());
}

TEST_F(Running, AnswersInTheProcessWhatItAnswersOverTheWire) {
    const auto host = start();
    ASSERT_TRUE(host) << to_string(host.error());
    const auto answer = (*host)->host().handle({"GET", "/cacerts", {}, {}, {}});
    const auto port = std::stoi((*host)->url().substr((*host)->url().rfind(':') + 1));
    TlsClient client(static_cast<std::uint16_t>(port));
    const auto wire = client.exchange("GET /cacerts HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(wire), answer.status);
    EXPECT_THAT(wire, testing::EndsWith(std::string(as_text(answer.body))));
}

TEST_F(Running, WithoutACapableOfficerThereIsNoSample) {
    RunningOptions options;
    for (auto& officer : options.config.officers) officer.roles = {Role::use_clients};
    const auto host = start(std::move(options));
    ASSERT_TRUE(host) << to_string(host.error());
    EXPECT_FALSE((*host)->sample_officer());
    EXPECT_TRUE(nlohmann::json::parse((*host)->ready_document()).at("officer").is_null());
}

TEST_F(Running, ARestartKeepsTheSampleOfficerUnlessItsFilesAreDamaged) {
    const auto once = [&] {
        const auto host = start();
        const auto& officer = *(*host)->sample_officer();
        return std::pair(*read_file(officer.pkcs12), officer.password_file);
    };
    const auto [first, password_file] = once();
    EXPECT_EQ(once().first, first);
    ASSERT_TRUE(write_file_atomically(password_file, as_bytes("another\n")));
    EXPECT_NE(once().first, first);
}

TEST_F(Running, OneHostToADirectory) {
    auto first = start();
    ASSERT_TRUE(first) << to_string(first.error());
    EXPECT_EQ(start().error().code, ErrorCode::io_failed);
    first->reset();
    EXPECT_TRUE(start());
}

TEST_F(Running, IsReachedByAnIpv6AddressToo) {
    RunningOptions options;
    options.server.address = "::1";
    const auto host = start(std::move(options));
    if (!host && host.error().code == ErrorCode::io_failed) GTEST_SKIP() << "no IPv6 on this machine";
    EXPECT_THAT((*host)->url(), testing::StartsWith("https://[::1]:"));
}

}  // namespace
}  // namespace rakit::cm
