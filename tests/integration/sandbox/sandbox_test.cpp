#include "virtual_cards/sandbox/sandbox.hpp"

#include <gtest/gtest.h>

#include "tests/support/cards/plain_card.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {
namespace {

TEST(Sandbox, ShowsACardComingAndGoing) {
    auto sandbox = Sandbox::start();
    ASSERT_TRUE(sandbox) << to_string(sandbox.error());
    EXPECT_EQ(sandbox->readers(), (std::vector<std::string>{"Virtual PCD 00 00", "Virtual PCD 00 01"}));
    PlainCard card;
    auto served = ServedCard::start(card, sandbox->connector(0));
    ASSERT_TRUE(served) << to_string(served.error());
    auto atr = sandbox->await_card(0, true);
    ASSERT_TRUE(atr) << to_string(atr.error());
    EXPECT_EQ(*atr, card.atr());
    served->remove();
    EXPECT_TRUE(sandbox->await_card(0, false));
    ASSERT_TRUE(served->insert());
    EXPECT_TRUE(sandbox->await_card(0, true));
}

}  // namespace
}  // namespace rakit::cards
