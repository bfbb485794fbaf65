#pragma once

#include <memory>

#include "virtual_cards/faults/fault_plan.hpp"
#include "virtual_cards/images/describe.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/os/applet.hpp"

namespace rakit::document {
struct Document;
}

namespace rakit::cards {

/// ProfileCard is what a profile makes of an image: its application, and the way back to an image. What all cards
/// share - contacts, APDU plumbing, faults - stands around it in open_image().
class ProfileCard {
public:
    virtual ~ProfileCard() = default;
    virtual Applet& applet() = 0;
    virtual Bytes atr() const = 0;
    /// snapshot copies the state that survives power-off, with the faults that are still armed.
    virtual Image snapshot(const std::vector<Fault>& faults) const = 0;
    virtual std::string serial() const = 0;
    virtual std::optional<int> pin_tries(std::uint8_t reference) const = 0;
};

/// Profile is a row of the table by which documents are dispatched on their `profile`.
struct Profile {
    std::string_view name;
    /// open parses an image's document that fits the schema. Failure: document_invalid for what the schema can't say.
    Result<std::unique_ptr<ProfileCard>> (*open)(const nlohmann::json& document);
    /// check_recipe adds what a recipe's schema can't say, each finding with its place.
    void (*check_recipe)(document::Document& recipe);
    Result<Image> (*personalise)(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer);
    Result<std::vector<Fact>> (*describe)(const Image& image);
};

extern const Profile kPkcs15Profile, kPivProfile, kTesterProfile;

/// find_profile gives the row of a document's `profile`; null for one that isn't there.
const Profile* find_profile(const nlohmann::json& document);

}  // namespace rakit::cards
