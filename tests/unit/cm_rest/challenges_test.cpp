#include "mock_cm/rest/challenges.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rakit::cm {
namespace {

const std::string kRequest = R"("operation":"pkcs10","procname":"p")";

class ChallengesTest : public testing::Test {
protected:
    Bytes offer(const std::string& request = kRequest) { return challenges.offer(request, now, rng); }
    bool redeem(const Bytes& octets, const std::string& request = kRequest) {
        return challenges.redeem(octets, request, now);
    }

    Challenges challenges;
    SeededRng rng{1, "challenges"};
    UtcTime now = *from_iso8601("2026-03-01T12:00:00Z");
};

TEST_F(ChallengesTest, CountOnce) {
    const auto octets = offer();
    EXPECT_TRUE(redeem(octets));
    EXPECT_FALSE(redeem(octets));
}

TEST_F(ChallengesTest, SayWhatIsSignedAndUntilWhen) {
    const auto body = nlohmann::json::parse(offer());
    EXPECT_EQ(body.at("operation"), "pkcs10");
    EXPECT_EQ(body.at("procname"), "p");
    EXPECT_EQ(body.at("signBefore"), "2026-03-01T12:10:00Z");
    EXPECT_EQ(body.at("nonce").get<std::string>().size(), 32U);
}

TEST_F(ChallengesTest, TwoOfTheSameRequestAreDifferentAndBothOpen) {
    const auto one = offer(), two = offer();
    EXPECT_NE(one, two);
    EXPECT_TRUE(redeem(two));
    EXPECT_TRUE(redeem(one));
}

TEST_F(ChallengesTest, OfAnotherRequestOrOtherOctetsAreNoneAndStayOpen) {
    auto octets = offer();
    EXPECT_FALSE(redeem(octets, R"("operation":"revoke")"));
    EXPECT_FALSE(redeem({}));
    octets.push_back(' ');
    EXPECT_FALSE(redeem(octets));
    octets.pop_back();
    EXPECT_TRUE(redeem(octets));
}

TEST_F(ChallengesTest, EndAfterTenMinutes) {
    const auto in_time = offer(), late = offer();
    now += Challenges::kLifetime;
    EXPECT_TRUE(redeem(in_time));
    now += std::chrono::seconds(1);
    EXPECT_FALSE(redeem(late));
}

TEST_F(ChallengesTest, TheOldestGoesWhenThereAreTooMany) {
    const auto oldest = offer();
    now += std::chrono::seconds(1);
    Bytes newest;
    for (std::size_t i = 0; i < Challenges::kMost; ++i) newest = offer();
    EXPECT_FALSE(redeem(oldest));
    EXPECT_TRUE(redeem(newest));
}

}  // namespace
}  // namespace rakit::cm
