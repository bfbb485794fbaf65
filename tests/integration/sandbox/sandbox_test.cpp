#include "virtual_cards/sandbox/sandbox.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <winscard.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "tests/integration/sandbox/pcsc_client.hpp"
#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/sandbox/reader_conf.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {
namespace {

namespace fs = std::filesystem;

TEST(ReaderConf, OneEntryForEachCopyOfTheDriver) {
    EXPECT_EQ(
        reader_conf({{"A reader", "/d/a.so", "/dev/null", 0x8C7B}, {"A reader 2", "/d/b.so", "/c/1.sock", 20000}}),
        "FRIENDLYNAME \"A reader\"\nDEVICENAME /dev/null:0x8C7B\nLIBPATH /d/a.so\nCHANNELID 0x8C7B\n\n"
        "FRIENDLYNAME \"A reader 2\"\nDEVICENAME /c/1.sock:0x4E20\nLIBPATH /d/b.so\nCHANNELID 0x4E20\n\n");
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
        RefusalRow{"none", with([](auto& o) { o.slots = -1; }), ErrorCode::usage, "0 to 16"},
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

/// tester_card has the slot's number in its ATR.
std::unique_ptr<ImageCard> tester_card(int slot) {
    const auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    scenarios::HierarchyIssuer issuer(*hierarchy);
    auto image = *make_image("tester", {}, issuer);
    Bytes atr{0x81, 0x80, 0x01, static_cast<std::uint8_t>(0x60 + slot)};
    std::uint8_t check = 0;
    for (const auto octet : atr) check = static_cast<std::uint8_t>(check ^ octet);
    atr.insert(atr.begin(), 0x3B);
    atr.push_back(check);
    image.document["atr"] = to_hex(atr);
    return *open_image(image);
}

/// echo_in_each transmits to every reader's card; the number of the first that fails, from 1, or 0.
int echo_in_each(const std::vector<std::string>& readers) {
    SCARDCONTEXT context = 0;
    if (::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS) return 100;
    int number = 0;
    for (const auto& reader : readers) {
        ++number;
        SCARDHANDLE card = 0;
        DWORD protocol = 0;
        if (::SCardConnect(context, reader.c_str(), SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol) !=
            SCARD_S_SUCCESS)
            return number;
        const Bytes select = *from_hex("00A4040007F052414B495401"), echo = *from_hex("805000000131 00");
        Bytes answer(16);
        for (const auto& [command, expected] : {std::pair{select, "9000"}, std::pair{echo, "3183DCEFB79000"}}) {
            DWORD size = answer.size();
            if (::SCardTransmit(card, SCARD_PCI_T1, command.data(), command.size(), nullptr, answer.data(), &size) !=
                    SCARD_S_SUCCESS ||
                to_hex(ByteView(answer).first(size)) != expected)
                return number;
        }
        ::SCardDisconnect(card, SCARD_LEAVE_CARD);
    }
    ::SCardReleaseContext(context);
    return 0;
}

TEST(Sandbox, SixteenReaders) {
    SandboxOptions options;
    options.slots = kMaxSlots;
    auto sandbox = Sandbox::start(options);
    ASSERT_TRUE(sandbox) << to_string(sandbox.error());
    EXPECT_EQ(sandbox->readers().back(), "Virtual PCD 8 00 01");
    // A card in each, with an ATR of its own: every reader reaches its card and no other.
    std::vector<std::unique_ptr<ImageCard>> cards;
    std::vector<ServedCard> served;
    for (int slot = 0; slot < kMaxSlots; ++slot) {
        cards.push_back(tester_card(slot));
        auto started = ServedCard::start(*cards.back(), sandbox->connector(slot));
        ASSERT_TRUE(started) << to_string(started.error());
        served.push_back(std::move(*started));
    }
    for (int slot = 0; slot < kMaxSlots; ++slot) {
        const auto atr = sandbox->await_card(slot, true);
        ASSERT_TRUE(atr) << slot << ": " << to_string(atr.error());
        EXPECT_EQ(*atr, cards[static_cast<std::size_t>(slot)]->atr());
    }
    EXPECT_EQ(as_client(*sandbox, [&] { return echo_in_each(sandbox->readers()); }), 0);
}

TEST(Sandbox, ACardThatIsPulledAndInsertedAtOnceIsSeenToGoAndCome) {
    auto sandbox = Sandbox::start();
    ASSERT_TRUE(sandbox) << to_string(sandbox.error());
    PlainCard card;
    auto served = ServedCard::start(card, sandbox->connector(0));
    ASSERT_TRUE(served) << to_string(served.error());
    const auto power_ons = [&] {
        int count = 0;
        served->with_card([&](auto&) { count = card.power_ons; });
        return count;
    };
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(sandbox->await_card(0, true));
        const auto powered = power_ons();
        served->remove();
        ASSERT_TRUE(served->insert());
        ASSERT_TRUE(sandbox->await_card(0, true)) << round;
        EXPECT_GT(power_ons(), powered) << "the reader didn't see it go";
    }
}

TEST(Sandbox, WaitingForACardIsBounded) {
    auto sandbox = Sandbox::start();
    ASSERT_TRUE(sandbox);
    EXPECT_EQ(sandbox->await_card(0, true, std::chrono::milliseconds(300)).error().code, ErrorCode::card_absent);
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
