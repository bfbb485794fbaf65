#include "virtual_cards/images/image_parts.hpp"

#include <algorithm>

#include "common/base/rng.hpp"
#include "virtual_cards/images/field_text.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

Unexpected invalid(std::string what, std::string where) {
    return fail(ErrorCode::document_invalid, std::move(what), std::move(where));
}

}  // namespace

json pin_to_json(const PinObject& pin) {
    json out{{"reference", pin.reference},        {"value", pin_text(pin.value)},
             {"puk", pin_text(pin.puk)},          {"tries", pin.tries},
             {"max_tries", pin.max_tries},        {"puk_tries", pin.puk_tries},
             {"max_puk_tries", pin.max_puk_tries}};
    if (pin.flags != 0) out["flags"] = pin.flags;
    return out;
}

Result<PinObject> read_pin(const json& entry) {
    PinObject pin;
    pin.reference = entry.at("reference").get<std::uint8_t>();
    if (auto done = set_pin_values(entry, pin); !done) return Unexpected{std::move(done).error()};
    pin.max_tries = entry.value("max_tries", pin.max_tries);
    pin.tries = entry.value("tries", pin.max_tries);
    pin.max_puk_tries = entry.value("max_puk_tries", pin.max_puk_tries);
    pin.puk_tries = entry.value("puk_tries", pin.max_puk_tries);
    pin.flags = entry.value("flags", std::uint8_t{0});
    return pin;
}

Result<void> set_pin_values(const json& entry, PinObject& pin) {
    auto value = padded_pin(entry.at("value").get<std::string>());
    if (!value) return Unexpected{std::move(value).error()};
    auto puk = padded_pin(entry.at("puk").get<std::string>());
    if (!puk) return Unexpected{std::move(puk).error()};
    pin.value = std::move(*value);
    pin.puk = std::move(*puk);
    return {};
}

Bytes hex(const json& object, const char* key) { return from_hex(object.value(key, std::string())).value_or(Bytes{}); }

Result<void> set_serial(std::span<std::uint8_t> serial, const json& recipe, const ImageWish& wish) {
    const auto text = wish.serial.value_or(recipe.value("serial", std::string()));
    auto octets = from_hex(text);
    if (!octets || octets->size() > serial.size())
        return invalid("a serial number is 1 to 10 octets in hex, not '" + text + "'", "serial");
    std::string label = "card serial " + label_of(recipe);
    if (wish.copy != 0) label += " copy " + std::to_string(wish.copy);
    if (octets->empty()) octets = SeededRng(wish.seed, label).bytes(serial.size());
    std::copy(octets->rbegin(), octets->rend(), serial.rbegin());
    return {};
}

std::string label_of(const json& recipe) { return recipe.value("label", std::string("Rakit card")); }

Result<PinObject> pin_of_recipe(const json& recipe) {
    PinObject pin;
    pin.reference = recipe.value("reference", std::uint8_t{1});
    if (auto done = set_pin_values(recipe, pin); !done) return Unexpected{std::move(done).error()};
    pin.max_tries = recipe.value("tries", pin.max_tries);
    pin.tries = recipe.value("tries_left", pin.max_tries);
    pin.max_puk_tries = recipe.value("puk_tries", pin.max_puk_tries);
    pin.puk_tries = recipe.value("puk_tries_left", pin.max_puk_tries);
    return pin;
}

}  // namespace rakit::cards
