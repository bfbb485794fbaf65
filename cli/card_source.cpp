#include "cli/card_source.hpp"

#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"

namespace rakit::cli {

Result<std::unique_ptr<cards::ImageCard>> open_card(const std::string& name_or_file) {
    auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return fail(std::move(hierarchy).error());
    scenarios::HierarchyIssuer issuer(*hierarchy);
    auto image = cards::make_image(name_or_file, {}, issuer);
    if (!image) return fail(std::move(image).error());
    return cards::open_image(*image);
}

}  // namespace rakit::cli
