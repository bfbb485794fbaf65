#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "common/base/secret.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "scenarios/runner/scenario.hpp"
#include "virtual_cards/images/made_keys.hpp"

namespace rakit::scenarios {

/// CardMaker makes the cards that cases begin with; images that differ in PINs and faults alone are made once.
class CardMaker {
public:
    /// `hierarchy` outlives it; `shared_keys` is MadeKeys' folder.
    explicit CardMaker(const cm::Hierarchy& hierarchy, std::filesystem::path shared_keys = {})
        : x_issuer(hierarchy), x_keys(std::move(shared_keys)) {}

    /// make gives the image of a case's card. Files are sought beside `scenario`. `pins`: PIN reference -> value that
    /// the card is to have instead of its own. Failures: those of make_image, document_invalid for a key that isn't
    /// there.
    Result<cards::Image> make(const CardSetup& setup, const std::string& scenario, std::uint64_t seed,
                              const std::map<std::uint8_t, Pin>& pins);

    /// officer gives an officer's card, with this PIN. Failures: those of make_image.
    Result<cards::Image> officer(const Pin& pin, std::uint64_t seed);

    /// can_go_wrong is false of a built-in as it is.
    static bool can_go_wrong(const CardSetup& setup);

    /// check tells whether make() will find what a case asks for, without making the variations.
    Result<void> check(const CardSetup& setup, const std::string& scenario);

private:
    Result<std::map<Bytes, std::string>> wrong_keys(const CardSetup& setup, const std::string& image,
                                                    std::uint64_t seed);
    Result<cards::Image> base(const CardSetup& setup, const std::string& image, std::uint64_t seed);

    HierarchyIssuer x_issuer;
    std::map<std::string, cards::Image> x_made;
    cards::MadeKeys x_keys;
};

}  // namespace rakit::scenarios
