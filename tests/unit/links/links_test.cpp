#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "scenarios/links/in_process.hpp"
#include "scenarios/links/vpcd_host.hpp"
#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::scenarios {
namespace {

const Bytes kSelect{0x00, 0xA4, 0x00, 0x00};
const Bytes kSelectAnswer{0x00, 0xA4, 0x00, 0x00, 0x90, 0x00};
const Bytes kDrop{0x80, 0xDD, 0x00, 0x00};
const Bytes kSlow{0x80, 0x55, 0x00, 0x00};

/// InProcess and Wire are the two ways of a card to a LinkReader.
class InProcess {
public:
    std::unique_ptr<CardLink> link() { return x_slot.link(); }
    void insert() { x_slot.insert(); }
    void remove() { x_slot.remove(); }
    void await_removed() { EXPECT_FALSE(x_slot.inserted()); }
    void with_card(const std::function<void(cards::PlainCard&)>& use) {
        x_slot.with_card([&](cards::VirtualCard&) { use(x_card); });
    }

private:
    cards::PlainCard x_card;
    VirtualClock x_clock{UtcTime{}};
    InProcessSlot x_slot{x_card, x_clock};
};

class Wire {
public:
    std::unique_ptr<CardLink> link() {
        auto host = VpcdHost::listen(std::chrono::seconds(10));
        EXPECT_TRUE(host);
        auto served = cards::ServedCard::start(x_card, cards::to_loopback((*host)->port()));
        EXPECT_TRUE(served);
        x_served.emplace(std::move(*served));
        return std::move(*host);
    }
    void insert() { EXPECT_TRUE(x_served->insert()); }
    void remove() { x_served->remove(); }
    void await_removed() { x_served->remove(); }
    void with_card(const std::function<void(cards::PlainCard&)>& use) {
        x_served->with_card([&](cards::VirtualCard&) { use(x_card); });
    }

private:
    cards::PlainCard x_card;
    std::optional<cards::ServedCard> x_served;
};

template <class Way>
class Links : public testing::Test {
protected:
    Way x_way;
    LinkReader x_reader{"a reader", x_way.link()};
};

using Ways = testing::Types<InProcess, Wire>;
TYPED_TEST_SUITE(Links, Ways);

TYPED_TEST(Links, CarriesApdus) {
    EXPECT_EQ(this->x_reader.name(), "a reader");
    EXPECT_EQ(this->x_reader.atr().value(), cards::PlainCard().atr());
    auto access = this->x_reader.lock();
    ASSERT_TRUE(access) << to_string(access.error());
    EXPECT_EQ((*access)->transmit(kSelect).value(), kSelectAnswer);
    const Bytes large(40000, 0x17);
    EXPECT_EQ((*access)->transmit(large).value().size(), 40002U);
}

TYPED_TEST(Links, PowersOnceAndKeepsThePower) {
    for (int i = 0; i < 3; ++i) {
        auto access = this->x_reader.lock();
        ASSERT_TRUE(access);
        ASSERT_TRUE((*access)->transmit(kSelect));
    }
    this->x_way.with_card([](cards::PlainCard& card) {
        EXPECT_EQ(card.power_ons, 1);
        EXPECT_EQ(card.power_offs, 0);
    });
}

TYPED_TEST(Links, ResetsTheCardAfterAnAccessThatAskedForIt) {
    const auto resets = [&] {
        int count = 0;
        this->x_way.with_card([&](cards::PlainCard& card) { count = card.resets; });
        return count;
    };
    ASSERT_TRUE(this->x_reader.lock());
    EXPECT_EQ(resets(), 0);
    {
        auto access = this->x_reader.lock();
        ASSERT_TRUE(access);
        (*access)->reset_when_done();
        ASSERT_TRUE((*access)->transmit(kSelect));
        EXPECT_EQ(resets(), 0);
    }
    auto access = this->x_reader.lock();
    ASSERT_TRUE(access);
    EXPECT_EQ((*access)->transmit(kSelect).value(), kSelectAnswer) << "the next access has the card all the same";
    EXPECT_EQ(resets(), 1);
}

TYPED_TEST(Links, ADroppedLinkIsARemovedCard) {
    {
        auto access = this->x_reader.lock();
        ASSERT_TRUE(access);
        EXPECT_EQ((*access)->transmit(kDrop).error().code, ErrorCode::card_removed);
        EXPECT_EQ((*access)->transmit(kSelect).error().code, ErrorCode::card_removed);
    }
    this->x_way.await_removed();
    this->x_way.with_card([](cards::PlainCard& card) { EXPECT_EQ(card.power_offs, 1); });
    EXPECT_EQ(this->x_reader.lock().error().code, ErrorCode::card_absent);
    EXPECT_EQ(this->x_reader.atr().error().code, ErrorCode::card_absent);
}

TYPED_TEST(Links, AnExchangedCardIsNoticed) {
    auto access = this->x_reader.lock();
    ASSERT_TRUE(access);
    this->x_way.remove();
    this->x_way.insert();
    EXPECT_EQ((*access)->transmit(kSelect).error().code, ErrorCode::card_removed);
    access->reset();
    access = this->x_reader.lock();
    ASSERT_TRUE(access) << to_string(access.error());
    EXPECT_EQ((*access)->transmit(kSelect).value(), kSelectAnswer);
    this->x_way.with_card([](cards::PlainCard& card) {
        EXPECT_EQ(card.power_ons, 2);
        EXPECT_EQ(card.power_offs, 1);
    });
}

TYPED_TEST(Links, ResetReachesTheCardBehindTheLock) {
    auto access = this->x_reader.lock();
    ASSERT_TRUE(access);
    ASSERT_TRUE(this->x_reader.reset());
    EXPECT_TRUE((*access)->transmit(kSelect));
    this->x_way.with_card([](cards::PlainCard& card) { EXPECT_EQ(card.resets, 1); });
}

TYPED_TEST(Links, OneHolderAtATime) {
    auto access = this->x_reader.lock();
    ASSERT_TRUE(access);
    std::atomic<bool> second = false;
    std::jthread other([&] {
        auto mine = this->x_reader.lock();
        second = mine.has_value();
    });
    EXPECT_TRUE((*access)->transmit(kSelect));
    EXPECT_FALSE(second);
    access->reset();
    other.join();
    EXPECT_TRUE(second);
}

TEST(InProcessLink, ADelayPassesOnTheClock) {
    cards::PlainCard card;
    VirtualClock clock{UtcTime{}};
    InProcessSlot slot(card, clock);
    LinkReader reader("r", slot.link());
    auto access = reader.lock();
    ASSERT_TRUE((*access)->transmit(kSlow));
    EXPECT_EQ(clock.elapsed(), std::chrono::hours(1));
}

TEST(WireLink, RemovalCutsADelayOff) {
    cards::PlainCard card;
    auto host = VpcdHost::listen(std::chrono::seconds(10));
    ASSERT_TRUE(host);
    auto served = cards::ServedCard::start(card, cards::to_loopback((*host)->port()));
    ASSERT_TRUE(served);
    LinkReader reader("r", std::move(*host));
    auto access = reader.lock();
    ASSERT_TRUE(access);
    std::jthread puller([&] {
        while (served->counters().commands == 0) std::this_thread::yield();
        served->remove();
    });
    EXPECT_EQ((*access)->transmit(kSlow).error().code, ErrorCode::card_removed);
    puller.join();
    EXPECT_FALSE(served->inserted());
    EXPECT_EQ(served->counters().removals, 1U);
}

TEST(WireLink, AMuteCardIsBounded) {
    cards::PlainCard card;
    auto host = VpcdHost::listen(std::chrono::milliseconds(20));
    ASSERT_TRUE(host);
    auto served = cards::ServedCard::start(card, cards::to_loopback((*host)->port()));
    ASSERT_TRUE(served);
    LinkReader reader("r", std::move(*host));
    auto access = reader.lock();
    ASSERT_TRUE(access);
    EXPECT_EQ((*access)->transmit(kSlow).error().code, ErrorCode::card_mute);
    EXPECT_EQ((*access)->transmit(kSelect).error().code, ErrorCode::card_removed);
}

TEST(WireLink, NobodyThere) {
    const auto served = [] {
        static cards::PlainCard card;
        return cards::ServedCard::start(card, cards::to_loopback(1));
    }();
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code, ErrorCode::io_failed);
}

}  // namespace
}  // namespace rakit::scenarios
