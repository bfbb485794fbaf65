#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::scenarios {
namespace {

Result<cards::Image> make(const std::string& name, std::uint64_t seed) {
    const auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    HierarchyIssuer issuer(*hierarchy);
    cards::ImageWish wish;
    wish.seed = seed;
    return cards::make_image(name, wish, issuer);
}

TEST(Repeatable, EveryBuiltInWithTheHierarchysCertificates) {
    for (const auto& name : cards::built_in_images()) {
        const auto one = make(name, 3), two = make(name, 3);
        ASSERT_TRUE(one) << name << ": " << to_string(one.error());
        EXPECT_EQ(cards::to_yaml(*one), cards::to_yaml(*two)) << name;
    }
}

}  // namespace
}  // namespace rakit::scenarios
