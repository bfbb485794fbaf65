#include "cli/card_source.hpp"

#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"

namespace rakit::cli {

Result<cards::Image> load_image(const std::string& name_or_file, const cards::ImageWish& wish) {
    auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return fail(std::move(hierarchy).error());
    scenarios::HierarchyIssuer issuer(*hierarchy);
    return cards::make_image(name_or_file, wish, issuer);
}

Result<std::unique_ptr<cards::ImageCard>> open_card(const std::string& name_or_file, unsigned copy) {
    cards::ImageWish wish;
    wish.copy = copy;
    return load_image(name_or_file, wish).and_then(cards::open_image);
}

}  // namespace rakit::cli
