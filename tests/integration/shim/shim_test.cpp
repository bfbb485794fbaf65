#include <gtest/gtest.h>
#include <reader.h>
#include <sys/stat.h>
#include <winscard.h>

#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "tests/integration/sandbox/pcsc_client.hpp"
#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/reader/attributes.hpp"
#include "virtual_cards/reader/features.hpp"
#include "virtual_cards/serve/control_server.hpp"
#include "virtual_cards/serve/served_card.hpp"

// The reader shim as a PC/SC client sees it. A client says how far it came by its exit status: 0 is all the way.

namespace rakit::cards {
namespace {

constexpr DWORD kBound = 10000;  // ms
constexpr const char* kReader = "Virtual PCD 00 00";

/// Client is a context, and what tests do with it.
struct Client {
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    Client() { SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context); }
    LONG connect(DWORD share = SCARD_SHARE_SHARED) {
        const DWORD protocols = share == SCARD_SHARE_DIRECT ? 0 : SCARD_PROTOCOL_ANY;
        return SCardConnect(context, kReader, share, protocols, &card, &protocol);
    }
    LONG transmit(const Bytes& command, Bytes& answer) const {
        answer.assign(65540, 0);
        DWORD size = answer.size();
        const LONG code = SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1,
                                        command.data(), command.size(), nullptr, answer.data(), &size);
        answer.resize(code == SCARD_S_SUCCESS ? size : 0);
        return code;
    }
    LONG control(std::uint32_t code, const Bytes& input, Bytes& output) const {
        output.assign(300, 0);
        DWORD size = 0;
        const LONG result = SCardControl(card, code, input.data(), input.size(), output.data(), output.size(), &size);
        output.resize(result == SCARD_S_SUCCESS ? size : 0);
        return result;
    }
    LONG readers(std::string& names) const {
        names.assign(1000, 0);
        DWORD size = names.size();
        const LONG code = SCardListReaders(context, nullptr, names.data(), &size);
        names.resize(code == SCARD_S_SUCCESS ? size : 0);
        return code;
    }
    /// changed waits until a reader's state has (or lacks) a bit; pcscd may not know the reader yet.
    bool changed(const char* reader, DWORD bit, bool set) const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kBound);
        SCARD_READERSTATE state{};
        state.szReader = reader;
        while (std::chrono::steady_clock::now() < deadline) {
            const LONG code = SCardGetStatusChange(context, kBound, &state, 1);
            const bool unknown = code == SCARD_E_UNKNOWN_READER;
            if (code != SCARD_S_SUCCESS && !unknown) return false;
            if (unknown) state.dwEventState = SCARD_STATE_UNKNOWN;
            if (((state.dwEventState & bit) != 0) == set) return true;
            // A reader that pcscd is just starting has no state at all: that is "unaware", not something to change
            // from.
            const bool settled = (state.dwEventState & (SCARD_STATE_EMPTY | SCARD_STATE_PRESENT)) != 0;
            state.dwCurrentState = settled ? state.dwEventState : SCARD_STATE_UNAWARE;
        }
        return false;
    }
};

class Shim : public testing::Test {
protected:
    void start(const SandboxOptions& wish = {}) {
        SandboxOptions options = wish;
        options.driver_kind = DriverKind::shim;
        options.shim = RAKIT_SHIM;
        auto sandbox = Sandbox::start(options);
        ASSERT_TRUE(sandbox) << to_string(sandbox.error());
        x_sandbox.emplace(std::move(*sandbox));
        ServeOptions serving;
        serving.out_at_least = {};
        auto served = ServedCard::start(x_card, x_sandbox->connector(0), serving);
        ASSERT_TRUE(served) << to_string(served.error());
        x_served.emplace(std::move(*served));
        if (options.late_readers) return;
        ASSERT_TRUE(x_sandbox->await_card(0, true));
    }
    bool tell(const std::string& request) const {
        const auto answer = ask_control(x_sandbox->reader_control(0), request);
        return answer && answer->find("\"ok\":true") != std::string::npos;
    }

    PlainCard x_card;
    std::optional<Sandbox> x_sandbox;
    std::optional<ServedCard> x_served;
};

TEST_F(Shim, SaysWhatItIs) {
    SandboxOptions options;
    options.slots = 2;
    start(options);
    EXPECT_EQ(x_sandbox->readers(), (std::vector<std::string>{"Virtual PCD 00 00", "Virtual PCD 01 00"}));
    struct stat status {};
    ASSERT_EQ(::stat(x_sandbox->reader_control(0).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(as_client(*x_sandbox,
                        [this] {
                            Client client;
                            if (client.connect(SCARD_SHARE_DIRECT) != SCARD_S_SUCCESS) return 1;
                            BYTE value[264];
                            DWORD size = sizeof value;
                            if (SCardGetAttrib(client.card, SCARD_ATTR_VENDOR_NAME, value, &size) != SCARD_S_SUCCESS)
                                return 2;
                            if (std::string(reinterpret_cast<char*>(value)) != "rakit") return 3;
                            size = sizeof value;
                            if (SCardGetAttrib(client.card, reader::kControlPathTag, value, &size) != SCARD_S_SUCCESS)
                                return 4;
                            if (reinterpret_cast<char*>(value) != x_sandbox->reader_control(0).string()) return 5;
                            size = sizeof value;
                            const LONG unknown =
                                SCardGetAttrib(client.card, SCARD_ATTR_SYNC_PROTOCOL_TYPES, value, &size);
                            return unknown == SCARD_E_UNSUPPORTED_FEATURE ? 0 : 6;
                        }),
              0);
}

TEST_F(Shim, WorksWithoutNamespaces) {
    SandboxOptions options;
    options.network = Network::host;
    start(options);
    EXPECT_EQ(as_client(*x_sandbox,
                        [] {
                            Client client;
                            Bytes answer;
                            if (client.connect() != SCARD_S_SUCCESS) return 1;
                            if (client.transmit({0x00, 0xA4, 0x00, 0x00}, answer) != SCARD_S_SUCCESS) return 2;
                            return answer == Bytes{0x00, 0xA4, 0x00, 0x00, 0x90, 0x00} ? 0 : 3;
                        }),
              0);
}

TEST_F(Shim, UnpluggedReadersAreGoneAndComeBack) {
    start();
    EXPECT_EQ(as_client(*x_sandbox,
                        [this] {
                            Client client;
                            Bytes answer;
                            std::string names;
                            if (client.connect() != SCARD_S_SUCCESS) return 1;
                            if (!tell(R"({"command":"unplug"})")) return 2;
                            const LONG gone = client.transmit({0x00, 0xA4, 0x00, 0x00}, answer);
                            if (gone != SCARD_E_READER_UNAVAILABLE && gone != SCARD_E_INVALID_VALUE) return 3;
                            if (!client.changed(kReader, SCARD_STATE_UNKNOWN, true)) return 4;
                            if (client.readers(names) != SCARD_E_NO_READERS_AVAILABLE) return 5;
                            if (SCardDisconnect(client.card, SCARD_LEAVE_CARD) != SCARD_S_SUCCESS) return 6;
                            if (!tell(R"({"command":"replug"})")) return 7;
                            Client again;
                            if (!again.changed(kReader, SCARD_STATE_PRESENT, true)) return 8;
                            if (again.connect() != SCARD_S_SUCCESS) return 9;
                            return again.transmit({0x00, 0xA4, 0x00, 0x00}, answer) == SCARD_S_SUCCESS ? 0 : 10;
                        }),
              0);
}

TEST_F(Shim, UnpluggingEndsACommandUnderWay) {
    start();
    const std::jthread hand([this](const std::stop_token& stop) {
        while (x_served->counters().commands == 0 && !stop.stop_requested()) std::this_thread::yield();
        tell(R"({"command":"unplug"})");
    });
    EXPECT_EQ(as_client(*x_sandbox,
                        [] {
                            Client client;
                            Bytes answer;
                            if (client.connect() != SCARD_S_SUCCESS) return 1;
                            // The card would answer after an hour.
                            if (client.transmit({0x80, 0x55, 0x00, 0x00}, answer) != SCARD_E_READER_UNAVAILABLE)
                                return 2;
                            return SCardDisconnect(client.card, SCARD_LEAVE_CARD) == SCARD_S_SUCCESS &&
                                           SCardReleaseContext(client.context) == SCARD_S_SUCCESS
                                       ? 0
                                       : 3;
                        }),
              0);
}

TEST_F(Shim, LateReadersComeWhenTheyArePlugged) {
    SandboxOptions options;
    options.late_readers = true;
    start(options);
    EXPECT_EQ(as_client(*x_sandbox,
                        [this] {
                            Client client;
                            std::string names;
                            if (client.readers(names) != SCARD_E_NO_READERS_AVAILABLE) return 1;
                            if (!tell(R"({"command":"replug"})")) return 2;
                            if (!client.changed(kReader, SCARD_STATE_PRESENT, true)) return 3;
                            return client.connect() == SCARD_S_SUCCESS ? 0 : 4;
                        }),
              0);
}

TEST_F(Shim, ThePinPadTypesIntoTheCommand) {
    start();
    EXPECT_EQ(
        as_client(
            *x_sandbox,
            [this] {
                Client client;
                if (client.connect() != SCARD_S_SUCCESS) return 1;
                Bytes output;
                if (client.control(reader::kGetFeatureRequest, {}, output) != SCARD_S_SUCCESS) return 2;
                if (to_hex(output) != "060442330006070442330007120442330012") return 3;
                const Bytes verify =
                    from_hex("0101820800080402010904000000000D0000000020000108FFFFFFFFFFFFFFFF").value_or(Bytes());
                const auto typed = [&](const std::string& keys) {
                    if (!tell(R"({"command":"keys","keys":")" + keys + "\"}")) return std::string("untold");
                    const LONG code = client.control(reader::kVerifyPinDirect, verify, output);
                    return code == SCARD_S_SUCCESS ? to_hex(output) : std::string("failed");
                };
                if (typed("1234E") != "002000010831323334FFFFFFFF9000") return 4;  // the card echoes
                if (typed("12C") != "6401") return 5;
                if (typed("12") != "6400") return 6;  // after a second
                if (typed("123E") != "6403") return 7;
                return 0;
            }),
        0);
}

TEST_F(Shim, IsWrongOnRequest) {
    start();
    EXPECT_EQ(as_client(*x_sandbox,
                        [this] {
                            Client client;
                            Bytes answer;
                            Bytes command(604, 0x11);
                            command[4] = 0;
                            if (client.connect() != SCARD_S_SUCCESS) return 1;
                            if (client.transmit(command, answer) != SCARD_S_SUCCESS || answer.size() != 606) return 2;
                            if (!tell(R"({"command":"fault","fault":"cut-at-256"})")) return 3;
                            if (client.transmit(command, answer) != SCARD_S_SUCCESS || answer.size() != 258) return 4;
                            if (!tell(R"({"command":"clear"})")) return 5;
                            return client.transmit(command, answer) == SCARD_S_SUCCESS && answer.size() == 606 ? 0 : 6;
                        }),
              0);
}

TEST_F(Shim, ACardThatIsBackAtOnceIsAnother) {
    start();
    EXPECT_EQ(as_client(*x_sandbox,
                        [] {
                            Client client;
                            Bytes answer;
                            if (client.connect() != SCARD_S_SUCCESS) return 1;
                            const LONG gone = client.transmit({0x80, 0xDD, 0x00, 0x00}, answer);  // pulls itself
                            if (gone == SCARD_S_SUCCESS) return 2;
                            return client.changed(kReader, SCARD_STATE_EMPTY, true) ? 0 : 3;
                        }),
              0);
    ASSERT_TRUE(x_served->insert());
    ASSERT_TRUE(x_sandbox->await_card(0, true));
    const auto before = x_served->counters().power_ons;
    x_served->remove();
    ASSERT_TRUE(x_served->insert());
    EXPECT_EQ(as_client(*x_sandbox,
                        [] {
                            Client client;
                            return client.changed(kReader, SCARD_STATE_PRESENT, true) &&
                                           client.connect() == SCARD_S_SUCCESS
                                       ? 0
                                       : 1;
                        }),
              0);
    EXPECT_GT(x_served->counters().power_ons, before) << "the card that came back was powered anew";
}

}  // namespace
}  // namespace rakit::cards
