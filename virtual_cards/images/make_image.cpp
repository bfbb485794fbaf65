#include "embedded/card_image_schema.hpp"
#include "embedded/card_recipe_schema.hpp"

#include "common/base/file.hpp"
#include "virtual_cards/images/built_in.hpp"
#include "virtual_cards/images/check_document.hpp"
#include "virtual_cards/images/profile.hpp"
#include "virtual_cards/images/schemas.hpp"

namespace rakit::cards {
namespace {

Result<Image> from_document(document::Document document, const ImageWish& wish, CertificateIssuer& issuer) {
    if (document.findings.empty()) {
        const auto kind =
            document.value.is_object() ? document.value.value("kind", nlohmann::json()) : nlohmann::json();
        if (kind != "card-image" && kind != "card-recipe")
            document.findings.push_back(document.finding("/kind", "'kind' must be card-image or card-recipe"));
        else
            document::check(document, kind == "card-image" ? image_schema() : recipe_schema());
    }
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    if (document.value.at("kind") == "card-recipe") return personalise(std::move(document), wish, issuer);
    if (auto opened = find_profile(document.value)->open(document.value); !opened)
        return fail(at_its_place(document, std::move(opened).error()));
    if (auto faults = parse_faults(document.value); !faults)
        return fail(at_its_place(document, std::move(faults).error()));
    return Image{std::move(document.value)};
}

}  // namespace

const document::Schema& image_schema() {
    static const document::Schema schema(embedded::card_image_schema);
    return schema;
}

const document::Schema& recipe_schema() {
    static const document::Schema schema(embedded::card_recipe_schema);
    return schema;
}

Result<Image> make_image(const std::string& name_or_file, const ImageWish& wish, CertificateIssuer& issuer) {
    if (const auto recipe = built_in_recipe(name_or_file))
        return from_document(document::read_document(name_or_file, *recipe), wish, issuer);
    const auto text = read_file(name_or_file);
    if (!text) {
        auto error = text.error();
        std::string names;
        for (const auto& name : built_in_images()) names += (names.empty() ? "" : ", ") + name;
        error.remedy = "give a file, or one of " + names;
        return fail(std::move(error));
    }
    return from_document(document::read_document(name_or_file, as_text(*text)), wish, issuer);
}

}  // namespace rakit::cards
