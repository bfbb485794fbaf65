#include "virtual_cards/images/profile.hpp"

#include <array>

#include "virtual_cards/images/check_document.hpp"

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

Result<Image> personalise(document::Document recipe, const ImageWish& wish, CertificateIssuer& issuer) {
    const auto* profile = find_profile(recipe.value);
    if (profile == nullptr) return no_such_profile();
    profile->check_recipe(recipe);
    if (!recipe.findings.empty()) return fail(document::failure(recipe.findings));
    auto image = profile->personalise(recipe.value, wish, issuer);
    if (!image) return fail(at_its_place(recipe, std::move(image).error()));
    auto faults = parse_faults(recipe.value);
    if (!faults) return fail(at_its_place(recipe, std::move(faults).error()));
    set_faults(*image, *faults);
    if (recipe.value.contains("latency")) image->document["latency"] = recipe.value.at("latency");
    return image;
}

Result<Image> personalise(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer) {
    return personalise(document::Document{"recipe", recipe, {}, {}}, wish, issuer);
}

void set_faults(Image& image, const std::vector<Fault>& faults) {
    if (auto list = to_json(faults); !list.empty()) image.document["faults"] = std::move(list);
}

Result<std::vector<Fact>> describe(const Image& image) {
    const auto* profile = find_profile(image.document);
    if (profile == nullptr) return no_such_profile();
    return profile->describe(image);
}

}  // namespace rakit::cards
