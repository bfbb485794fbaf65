#include "scenarios/runner/check_cards.hpp"

#include <set>

#include "common/base/file.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/runner/card_maker.hpp"

namespace rakit::scenarios {
namespace {

document::Finding finding(const Case& which, const Error& error, const char* place) {
    const auto text = read_file(which.file);
    const auto scenario = document::read_document(which.file, text ? as_text(*text) : std::string_view());
    std::string why = error.detail;
    if (error.code != ErrorCode::document_invalid) why = to_string(error);
    return scenario.finding(place, "the card can't be made: " + why);
}

}  // namespace

std::vector<document::Finding> check_cards(const std::vector<Case>& cases, const std::filesystem::path& shared_keys) {
    std::vector<document::Finding> findings;
    std::set<std::string> seen;
    // The CA hierarchy costs more than all the files; most runs need none.
    std::optional<cm::Hierarchy> hierarchy;
    std::optional<CardMaker> maker;
    const auto look = [&](const Case& one, const CardSetup& card, const char* place) {
        if (!CardMaker::can_go_wrong(card)) return;
        if (!seen.insert(nlohmann::json{one.file, place, card.image, card.certificates}.dump()).second) return;
        if (!hierarchy) {
            auto made = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
            if (!made) return findings.push_back(finding(one, made.error(), place));
            maker.emplace(hierarchy.emplace(std::move(*made)), shared_keys);
        }
        if (const auto good = maker->check(card, one.file); !good)
            findings.push_back(finding(one, good.error(), place));
    };
    for (const auto& one : cases) {
        if (const auto& swap = one.doing.swap_card) look(one, swap->card, "/do/swap_card/card/image");
        look(one, one.card, "/card/image");
    }
    return findings;
}

}  // namespace rakit::scenarios
