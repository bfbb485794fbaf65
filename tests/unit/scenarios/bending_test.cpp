#include "scenarios/runner/bending.hpp"

#include <gtest/gtest.h>

namespace rakit::scenarios {
namespace {

TEST(Bending, CountsAlwaysIfNoRequestIsNamed) {
    cm::Deviations wanted;
    wanted.slow_ms = 5;
    int told = 0;
    Bending bending(wanted, {}, [&](const cm::Deviations&) { ++told; });
    EXPECT_EQ(bending.now(), wanted) << "the handshake comes before any request";
    bending.request_came();
    EXPECT_EQ(bending.now(), wanted);
    EXPECT_EQ(told, 0) << "the core's configuration says it already";
}

TEST(Bending, CountsDuringTheNamedRequestsAlone) {
    cm::Deviations wanted;
    wanted.maintenance = true;
    std::vector<bool> core;
    Bending bending(wanted, {2, 4}, [&](const cm::Deviations& now) { core.push_back(now.maintenance); });
    EXPECT_FALSE(bending.now().maintenance);
    for (int request = 1; request <= 5; ++request) {
        bending.request_came();
        EXPECT_EQ(bending.now().maintenance, request == 2 || request == 4) << request;
    }
    EXPECT_EQ(core, (std::vector<bool>{false, false, true, false, true, false}));
}

}  // namespace
}  // namespace rakit::scenarios
