#include <gtest/gtest.h>
#include <unistd.h>
#include <winscard.h>

#include <cstring>
#include <optional>
#include <thread>

#include "tests/integration/sandbox/pcsc_client.hpp"
#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/serve/served_card.hpp"

// What a PC/SC client sees, through libpcsclite. A client says how far it came by its exit status: 0 is all the way.

namespace rakit::cards {
namespace {

constexpr DWORD kBound = 10000;  // ms

class Winscard : public testing::Test {
protected:
    void SetUp() override {
        auto sandbox = Sandbox::start();
        ASSERT_TRUE(sandbox) << to_string(sandbox.error());
        x_sandbox.emplace(std::move(*sandbox));
        auto served = ServedCard::start(x_card, x_sandbox->connector(0));
        ASSERT_TRUE(served) << to_string(served.error());
        x_served.emplace(std::move(*served));
        ASSERT_TRUE(x_sandbox->await_card(0, true));
    }

    PlainCard x_card;
    std::optional<Sandbox> x_sandbox;
    std::optional<ServedCard> x_served;
};

TEST_F(Winscard, ListsTheReadersByName) {
    EXPECT_EQ(
        as_client(*x_sandbox,
                  [] {
                      SCARDCONTEXT context = 0;
                      if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS)
                          return 1;
                      char names[256];
                      DWORD size = sizeof names;
                      if (SCardListReaders(context, nullptr, names, &size) != SCARD_S_SUCCESS) return 2;
                      const char expected[] = "Virtual PCD 00 00\0Virtual PCD 00 01\0";
                      return size == sizeof expected && std::memcmp(names, expected, size) == 0 ? 0 : 3;
                  }),
        0);
}

/// Client is a connected client; `failed` tells how far it came.
struct Client {
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    int failed = 0;

    Client() {
        if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS) failed = 1;
        if (failed == 0 && SCardConnect(context, "Virtual PCD 00 00", SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card,
                                        &protocol) != SCARD_S_SUCCESS)
            failed = 2;
    }
    LONG transmit(const Bytes& command, Bytes& answer) const {
        answer.assign(65540, 0);
        DWORD size = answer.size();
        const LONG status = SCardTransmit(card, protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1,
                                          command.data(), command.size(), nullptr, answer.data(), &size);
        answer.resize(status == SCARD_S_SUCCESS ? size : 0);
        return status;
    }
};

TEST_F(Winscard, AtrAndApdus) {
    EXPECT_EQ(
        as_client(*x_sandbox,
                  [this] {
                      const Client client;
                      if (client.failed != 0) return client.failed;
                      BYTE atr[33];
                      DWORD size = sizeof atr;
                      if (SCardStatus(client.card, nullptr, nullptr, nullptr, nullptr, atr, &size) != SCARD_S_SUCCESS)
                          return 3;
                      if (!equal_bytes({atr, size}, PlainCard().atr())) return 4;
                      Bytes answer;
                      if (client.transmit({0x00, 0xA4, 0x00, 0x00}, answer) != SCARD_S_SUCCESS) return 5;
                      if (answer != Bytes{0x00, 0xA4, 0x00, 0x00, 0x90, 0x00}) return 6;
                      for (int i = 0; i < 200; ++i)
                          if (client.transmit({0x00, 0xB0, 0x00, 0x00}, answer) != SCARD_S_SUCCESS) return 7;
                      return 0;
                  }),
        0);
    EXPECT_EQ(x_served->counters().commands, 201U);
}

TEST_F(Winscard, ACardThatIsPulledDuringACommandIsGone) {
    EXPECT_EQ(as_client(*x_sandbox,
                        [] {
                            const Client client;
                            if (client.failed != 0) return client.failed;
                            Bytes answer;
                            const LONG status = client.transmit({0x80, 0xDD, 0x00, 0x00}, answer);
                            return status != SCARD_S_SUCCESS || answer.size() < 2 ? 0 : 3;
                        }),
              0);
    EXPECT_TRUE(x_sandbox->await_card(0, false));
    EXPECT_FALSE(x_served->inserted());
    ASSERT_TRUE(x_served->insert());
    EXPECT_TRUE(x_sandbox->await_card(0, true));
}

TEST_F(Winscard, RemovalAndInsertionAreSeen) {
    // The client says that it waits, and is shown what it waits for.
    int waiting[2];
    ASSERT_EQ(::pipe(waiting), 0);
    std::jthread hand([&] {
        char octet = 0;
        if (::read(waiting[0], &octet, 1) == 1) x_served->remove();
        const bool again = ::read(waiting[0], &octet, 1) == 1;
        EXPECT_TRUE(again && x_served->insert());
    });
    EXPECT_EQ(
        as_client(*x_sandbox,
                  [&] {
                      SCARDCONTEXT context = 0;
                      if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS)
                          return 1;
                      SCARD_READERSTATE state{};
                      state.szReader = "Virtual PCD 00 00";
                      if (SCardGetStatusChange(context, kBound, &state, 1) != SCARD_S_SUCCESS) return 2;
                      if ((state.dwEventState & SCARD_STATE_PRESENT) == 0) return 3;
                      for (const DWORD wanted : {SCARD_STATE_EMPTY, SCARD_STATE_PRESENT}) {
                          state.dwCurrentState = state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
                          if (::write(waiting[1], "x", 1) != 1) return 4;
                          if (SCardGetStatusChange(context, kBound, &state, 1) != SCARD_S_SUCCESS) return 5;
                          if ((state.dwEventState & wanted) == 0) return 6;
                      }
                      return 0;
                  }),
        0);
    ::close(waiting[1]);
    hand.join();
    ::close(waiting[0]);
}

TEST(WinscardTwice, TwoSandboxesSideBySide) {
    auto first = Sandbox::start();
    SandboxOptions options;
    options.reader_name = "Other";
    options.slots = 3;
    auto second = Sandbox::start(options);
    ASSERT_TRUE(first && second);
    PlainCard one;
    PlainCard two;
    auto served_one = ServedCard::start(one, first->connector(0));
    auto served_two = ServedCard::start(two, second->connector(3));
    ASSERT_TRUE(served_one && served_two);
    ASSERT_TRUE(first->await_card(0, true));
    ASSERT_TRUE(second->await_card(3, true));
    const auto transmits_to = [](const char* reader) {
        return [reader] {
            SCARDCONTEXT context = 0;
            SCARDHANDLE card = 0;
            DWORD protocol = 0;
            if (SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context) != SCARD_S_SUCCESS) return 1;
            return SCardConnect(context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol) ==
                           SCARD_S_SUCCESS
                       ? 0
                       : 2;
        };
    };
    EXPECT_EQ(as_client(*first, transmits_to("Virtual PCD 00 00")), 0);
    EXPECT_EQ(as_client(*second, transmits_to("Other 2 00 01")), 0);
    EXPECT_EQ(as_client(*first, transmits_to("Other 2 00 01")), 2);
}

}  // namespace
}  // namespace rakit::cards
