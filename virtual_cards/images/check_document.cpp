#include "virtual_cards/images/check_document.hpp"

#include "common/base/clock.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

template <class Check>
void each_of(const document::Document& recipe, const std::string& list, Check check) {
    const json::json_pointer pointer(list);
    if (!recipe.value.contains(pointer)) return;
    for (std::size_t i = 0; i < recipe.value.at(pointer).size(); ++i)
        check(list + "/" + std::to_string(i), recipe.value.at(pointer).at(i));
}

std::optional<UtcTime> check_time(document::Document& recipe, const std::string& at) {
    const auto time = from_iso8601(recipe.value.at(json::json_pointer(at)).get<std::string>());
    if (!time) recipe.findings.push_back(recipe.finding(at, "not a time of the calendar"));
    return time;
}

class RecipeCheck {
public:
    explicit RecipeCheck(document::Document& recipe) : x_recipe(recipe) {}

    void run() {
        if (x_recipe.value.contains("last_update")) check_time(x_recipe, "/last_update");
        each("/pins", [this](const std::string& at, const json& pin) { check_pin(at, pin); });
        each("/keys", [this](const std::string& at, const json& key) {
            if (!x_keys.insert(key.at("id")).second)
                find(at + "/id", "two keys with the id " + key.at("id").get<std::string>());
        });
        each("/keys", [this](const std::string& at, const json& key) { check_key(at, key); });
    }

private:
    template <class Check>
    void each(const std::string& list, Check check) {
        each_of(x_recipe, list, check);
    }

    void find(const std::string& at, std::string message) {
        x_recipe.findings.push_back(x_recipe.finding(at, std::move(message)));
    }

    void check_pin(const std::string& at, const json& pin) {
        if (!x_pins.insert(pin.at("reference")).second)
            find(at + "/reference", "two PINs with the reference " + pin.at("reference").dump());
        check_tries(x_recipe, at, "tries", 3);
        check_tries(x_recipe, at, "puk_tries", 10);
    }

    void check_key(const std::string& at, const json& key) {
        if (!x_pins.contains(key.at("pin")))
            find(at + "/pin", "there is no PIN with the reference " + key.at("pin").dump());
        check_certificates(x_recipe, at + "/certificates", x_keys);
    }

    document::Document& x_recipe;
    std::set<json> x_pins;
    std::set<json> x_keys;
};

std::string pointer_of(const document::Document& document, const std::string& where) {
    if (document.value.contains(where)) return "/" + where;
    const auto files = document.value.value("files", json::array());
    for (std::size_t i = 0; i < files.size(); ++i)
        if (files[i].value("path", std::string()) == where) return "/files/" + std::to_string(i);
    return "";
}

}  // namespace

void check_certificates(document::Document& recipe, const std::string& list, const std::set<json>& keys) {
    each_of(recipe, list, [&](const std::string& place, const json& certificate) {
        const auto begin = check_time(recipe, place + "/not_before");
        const auto end = check_time(recipe, place + "/not_after");
        if (begin && end && *end <= *begin)
            recipe.findings.push_back(recipe.finding(place + "/not_after", "the validity ends before it begins"));
        if (certificate.contains("key") && !keys.contains(certificate.at("key")))
            recipe.findings.push_back(recipe.finding(
                place + "/key", "there is no key with the id " + certificate.at("key").get<std::string>()));
    });
}

void check_tries(document::Document& recipe, const std::string& at, const std::string& name, int otherwise) {
    const auto& pin = recipe.value.at(json::json_pointer(at));
    if (pin.value(name + "_left", 0) > pin.value(name, otherwise))
        recipe.findings.push_back(recipe.finding(at + "/" + name + "_left", "more tries left than there are"));
}

void check_pkcs15_recipe(document::Document& recipe) { RecipeCheck(recipe).run(); }

Error at_its_place(const document::Document& document, Error error) {
    if (error.code != ErrorCode::document_invalid) return std::move(error).in(document.file);
    const std::string named = error.where.empty() ? "" : error.where + ": ";
    return document::failure({document.finding(pointer_of(document, error.where), named + error.detail)});
}

}  // namespace rakit::cards
