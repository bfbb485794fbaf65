#include "virtual_cards/images/profile.hpp"

#include <array>

namespace rakit::cards {
namespace {

Unexpected no_such_profile() { return fail(ErrorCode::document_invalid, "no such profile", "profile"); }

}  // namespace

const Profile* find_profile(const nlohmann::json& document) {
    static const std::array kProfiles{&kPkcs15Profile, &kPivProfile, &kTesterProfile};
    const auto name = document.is_object() ? document.value("profile", nlohmann::json()) : nlohmann::json();
    for (const auto* profile : kProfiles)
        if (name == profile->name) return profile;
    return nullptr;
}

Result<Image> personalise(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer) {
    const auto* profile = find_profile(recipe);
    if (profile == nullptr) return no_such_profile();
    auto image = profile->personalise(recipe, wish, issuer);
    if (image && recipe.contains("latency")) image->document["latency"] = recipe.at("latency");
    return image;
}

Result<std::vector<Fact>> describe(const Image& image) {
    const auto* profile = find_profile(image.document);
    if (profile == nullptr) return no_such_profile();
    return profile->describe(image);
}

}  // namespace rakit::cards
