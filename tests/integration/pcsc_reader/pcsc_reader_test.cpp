#include "reference/card/pcsc_reader.hpp"

#include <gtest/gtest.h>
#include <winscard.h>

#include <cstdlib>

#include "tests/integration/card_profile/workbench.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"
#include "virtual_cards/serve/served_card.hpp"

// The adapter against a real, private pcscd. libpcsclite reads its socket's name once in a process, so one sandbox
// serves all tests; the test without a service is a program of its own.
namespace rakit::reference {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const milliseconds kShort{300};

class PcscReaderTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        auto started = cards::Sandbox::start();
        ASSERT_TRUE(started) << to_string(started.error());
        sandbox = std::make_unique<cards::Sandbox>(std::move(*started));
        ASSERT_EQ(setenv("PCSCLITE_CSOCK_NAME", sandbox->socket().c_str(), 1), 0);
    }
    static void TearDownTestSuite() { sandbox.reset(); }

    void SetUp() override {
        card = std::move(*cards::open_image(tc_image()));
        auto started = cards::ServedCard::start(*card, sandbox->connector(0));
        ASSERT_TRUE(started) << to_string(started.error());
        served = std::make_unique<cards::ServedCard>(std::move(*started));
        ASSERT_TRUE(sandbox->await_card(0, true));
    }
    void TearDown() override {
        served.reset();
        EXPECT_TRUE(sandbox->await_card(0, false));
    }

    static std::unique_ptr<PcscReader> open(PcscLimits limits = {}) {
        auto reader = PcscReader::open(sandbox->readers().front(), limits);
        EXPECT_TRUE(reader) << to_string(reader.error());
        return std::move(*reader);
    }

    static std::unique_ptr<cards::Sandbox> sandbox;
    std::unique_ptr<cards::ImageCard> card;
    std::unique_ptr<cards::ServedCard> served;
};

std::unique_ptr<cards::Sandbox> PcscReaderTest::sandbox;

const Bytes kSelectMasterFile = *from_hex("00A4000C023F00");

TEST_F(PcscReaderTest, ListsAndNamesReaders) {
    const auto readers = list_readers();
    ASSERT_TRUE(readers) << to_string(readers.error());
    EXPECT_EQ(*readers, sandbox->readers());
    EXPECT_EQ(open()->name(), sandbox->readers().front());
    const auto by_part = PcscReader::open("00 01");
    ASSERT_TRUE(by_part);
    EXPECT_EQ((*by_part)->name(), sandbox->readers()[1]);
    const auto unknown = PcscReader::open("Another Reader");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::reader_absent);
    EXPECT_NE(unknown.error().detail.find(sandbox->readers()[1]), std::string::npos)
        << "the message names those there are";
    const auto ambiguous = PcscReader::open("Virtual");
    ASSERT_FALSE(ambiguous);
    EXPECT_EQ(ambiguous.error().code, ErrorCode::reader_absent);
}

TEST_F(PcscReaderTest, ReadsACard) {
    const auto reader = open();
    ASSERT_TRUE(reader->wait_for_card(seconds(5)));
    const auto atr = reader->atr();
    ASSERT_TRUE(atr) << to_string(atr.error());
    EXPECT_EQ(*atr, card->atr());
    const auto access = reader->lock();
    ASSERT_TRUE(access) << to_string(access.error());
    NoTrace trace;
    const auto contents = profile().read_contents(*make_channel(**access, trace), *atr, {kTransportPolicy});
    ASSERT_TRUE(contents) << to_string(contents.error());
    EXPECT_EQ(contents->serial, card->serial());
    EXPECT_EQ(contents->keys.size(), 2U);
}

TEST_F(PcscReaderTest, AnEmptyReaderHasNoCardAndIsNotWaitedForLong) {
    auto reader = std::move(*PcscReader::open(sandbox->readers()[1]));
    const auto atr = reader->atr();
    ASSERT_FALSE(atr);
    EXPECT_EQ(atr.error().code, ErrorCode::card_absent);
    const auto waited = reader->wait_for_card(kShort);
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().code, ErrorCode::card_absent);
}

TEST_F(PcscReaderTest, AnotherHolderMakesItBusyWithinTheBound) {
    const auto holder = open();
    const auto other = open({kShort, seconds(5)});
    {
        const auto held = holder->lock();
        ASSERT_TRUE(held);
        const auto refused = other->lock();
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, ErrorCode::reader_busy);
    }
    const auto given = other->lock();
    EXPECT_TRUE(given) << to_string(given.error());
}

TEST_F(PcscReaderTest, ACardThatIsPulledIsRemovedForThisLockAndReadAnewInTheNext) {
    const auto reader = open();
    {
        const auto access = reader->lock();
        ASSERT_TRUE(access);
        EXPECT_TRUE((*access)->transmit(kSelectMasterFile));
        served->remove();
        const auto gone = (*access)->transmit(kSelectMasterFile);
        ASSERT_FALSE(gone);
        EXPECT_EQ(gone.error().code, ErrorCode::card_removed) << to_string(gone.error());
    }
    ASSERT_TRUE(sandbox->await_card(0, false));
    const auto absent = reader->lock();
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, ErrorCode::card_absent) << to_string(absent.error());
    ASSERT_TRUE(served->insert());
    ASSERT_TRUE(sandbox->await_card(0, true));
    const auto again = reader->lock();
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_TRUE((*again)->transmit(kSelectMasterFile));
}

TEST_F(PcscReaderTest, ACardExchangedBetweenTwoLocksIsTakenAsItIs) {
    const auto reader = open();
    ASSERT_TRUE(reader->lock());
    served->remove();
    ASSERT_TRUE(sandbox->await_card(0, false));
    ASSERT_TRUE(served->insert());
    ASSERT_TRUE(sandbox->await_card(0, true));
    const auto access = reader->lock();
    ASSERT_TRUE(access) << to_string(access.error());
    EXPECT_TRUE((*access)->transmit(kSelectMasterFile));
}

/// reset_behind is another program that resets the card.
void reset_behind(const std::string& reader) {
    SCARDCONTEXT context = 0;
    ASSERT_EQ(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context), SCARD_S_SUCCESS);
    SCARDHANDLE handle = 0;
    DWORD protocol = 0;
    EXPECT_EQ(SCardConnect(context, reader.c_str(), SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &handle, &protocol),
              SCARD_S_SUCCESS);
    EXPECT_EQ(SCardDisconnect(handle, SCARD_RESET_CARD), SCARD_S_SUCCESS);
    EXPECT_EQ(SCardReleaseContext(context), SCARD_S_SUCCESS);
}

TEST_F(PcscReaderTest, ACardThatAnotherProgramResetIsLockedAllTheSame) {
    const auto reader = open();
    ASSERT_TRUE(reader->lock());
    reset_behind(reader->name());
    EXPECT_TRUE(reader->atr());
    reset_behind(reader->name());
    const auto access = reader->lock();
    ASSERT_TRUE(access) << to_string(access.error());
    EXPECT_TRUE((*access)->transmit(kSelectMasterFile));
}

TEST_F(PcscReaderTest, AMuteCardIsNotWaitedForWithoutEnd) {
    served->with_card([&](auto&) { ASSERT_TRUE(card->arm({{"kind", "mute"}, {"milliseconds", 3000U}})); });
    const auto reader = open({seconds(5), kShort});
    const auto access = reader->lock();
    ASSERT_TRUE(access);
    const auto mute = (*access)->transmit(kSelectMasterFile);
    ASSERT_FALSE(mute);
    EXPECT_EQ(mute.error().code, ErrorCode::card_mute) << to_string(mute.error());
}

}  // namespace
}  // namespace rakit::reference
