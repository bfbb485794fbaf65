#include "scenarios/runner/check_cards.hpp"

#include <set>

#include "common/base/file.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/runner/card_maker.hpp"

namespace rakit::scenarios {
namespace {

document::Finding finding(const Case& which, const Error& error) {
    const auto text = read_file(which.file);
    const auto scenario = document::read_document(which.file, text ? as_text(*text) : std::string_view());
    std::string why = error.detail;
    if (error.code != ErrorCode::document_invalid) why = to_string(error);
    return scenario.finding("/card/image", "the card can't be made: " + why);
}

}  // namespace

std::vector<document::Finding> check_cards(const std::vector<Case>& cases) {
    std::vector<document::Finding> findings;
    const auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return {{{}, {}, to_string(hierarchy.error()), {}}};
    CardMaker maker(*hierarchy);
    std::set<std::string> seen;
    for (const auto& one : cases) {
        if (!seen.insert(nlohmann::json{one.file, one.card.image, one.card.certificates}.dump()).second) continue;
        if (const auto good = maker.check(one.card, one.file); !good) findings.push_back(finding(one, good.error()));
    }
    return findings;
}

}  // namespace rakit::scenarios
