#include "virtual_cards/images/piv_image.hpp"

#include <algorithm>
#include <cstdlib>

#include "virtual_cards/applets/piv/objects.hpp"
#include "virtual_cards/images/field_text.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

Unexpected invalid(std::string what, std::string where) {
    return fail(ErrorCode::document_invalid, std::move(what), std::move(where));
}

constexpr std::array kPinPolicies{std::pair{piv::PinPolicy::never, "never"}, std::pair{piv::PinPolicy::once, "once"},
                                  std::pair{piv::PinPolicy::always, "always"}};
constexpr std::array kTouchPolicies{std::pair{piv::TouchPolicy::never, "never"},
                                    std::pair{piv::TouchPolicy::always, "always"},
                                    std::pair{piv::TouchPolicy::cached, "cached"}};

std::string tag_text(std::uint32_t tag) {
    const Bytes octets{static_cast<std::uint8_t>(tag >> 16), static_cast<std::uint8_t>(tag >> 8),
                       static_cast<std::uint8_t>(tag)};
    return to_hex(octets);
}

std::uint8_t octet_of(const std::string& hex) { return from_hex(hex)->front(); }

json key_to_json(std::uint8_t slot, const piv::SlotKey& key) {
    return {{"slot", to_hex(ByteView(&slot, 1))},
            {"type", ossl::name(*piv::key_type_of(key.algorithm))},
            {"pin_policy", name_of(key.pin_policy)},
            {"touch_policy", name_of(key.touch_policy)},
            {"generated", key.generated},
            {"key", to_hex(key.key.pkcs8())}};
}

Result<void> read_key(const json& entry, piv::State& state) {
    const auto slot = octet_of(entry.at("slot").get<std::string>());
    const auto where = "slot " + entry.at("slot").get<std::string>();
    const auto type = *ossl::key_type_from_name(entry.at("type").get<std::string>());
    auto der = from_hex(entry.at("key").get<std::string>());
    if (!der) return invalid("'key' is not hex", where);
    piv::SlotKey key;
    key.algorithm = *piv::algorithm_for(type);
    key.pin_policy = pin_policy_of(entry.at("pin_policy").get<std::string>());
    key.touch_policy = touch_policy_of(entry.at("touch_policy").get<std::string>());
    key.generated = entry.at("generated").get<bool>();
    key.key = KeyObject::from_pkcs8(*der);
    if (key.key.key() == nullptr || ossl::key_type(key.key.key()) != type)
        return invalid("not a PKCS#8 key of its type", where);
    key.key = KeyObject::from_pkcs8(*der);  // parsed again when used: an idle card stays small
    wipe(der->data(), der->size());
    if (!state.keys.emplace(slot, std::move(key)).second) return invalid("two keys in one slot", where);
    return {};
}

Result<void> read_object(const json& entry, piv::State& state) {
    const auto text = entry.at("tag").get<std::string>();
    const auto tag = piv_tag(text);
    const auto where = "object " + text;
    auto content = from_hex(entry.at("content").get<std::string>());
    if (!content || content->empty()) return invalid("'content' is not hex, or nothing", where);
    if (piv::object_row(tag) == nullptr) return invalid("a PIV card has no such object", where);
    if (piv::object_cost(content->size()) > state.free_memory()) return invalid("the memory limit is passed", where);
    if (!state.objects.emplace(tag, std::move(*content)).second) return invalid("there twice", where);
    return {};
}

Result<void> read_pins(const json& pins, piv::State& state) {
    for (const auto& entry : pins) {
        auto pin = read_piv_pin(entry);
        if (!pin) return Unexpected{std::move(pin).error()};
        pin->max_tries = entry.at("max_tries").get<std::uint8_t>();
        pin->tries = entry.at("tries").get<std::uint8_t>();
        state.pins[entry.at("reference").get<std::uint8_t>()] = std::move(*pin);
    }
    return {};
}

}  // namespace

piv::PinPolicy pin_policy_of(const std::string& name) {
    for (const auto& [policy, own] : kPinPolicies)
        if (name == own) return policy;
    return piv::PinPolicy::always;
}

piv::TouchPolicy touch_policy_of(const std::string& name) {
    for (const auto& [policy, own] : kTouchPolicies)
        if (name == own) return policy;
    return piv::TouchPolicy::never;
}

std::string name_of(piv::PinPolicy policy) {
    for (const auto& [own, name] : kPinPolicies)
        if (policy == own) return name;
    return "always";
}

std::string name_of(piv::TouchPolicy policy) {
    for (const auto& [own, name] : kTouchPolicies)
        if (policy == own) return name;
    return "never";
}

std::uint32_t piv_tag(const std::string& text) {
    return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 16));
}

std::string piv_serial(const piv::State& state) {
    const auto chuid = state.objects.find(piv::kChuid);
    const auto guid = chuid == state.objects.end() ? std::nullopt : piv::guid_in(chuid->second);
    return guid ? to_hex(*guid) : to_hex(state.guid);
}

Result<piv::ReferenceData> read_piv_pin(const json& entry) {
    auto value = padded_pin(entry.at("value").get<std::string>());
    if (!value) return Unexpected{std::move(value).error()};
    piv::ReferenceData data;
    data.value = std::move(*value);
    return data;
}

Result<piv::ManagementKey> read_management_key(const json& entry) {
    const auto* cipher = piv::cipher_named(entry.at("algorithm").get<std::string>());
    auto value = from_hex(entry.at("value").get<std::string>());
    if (cipher == nullptr || !value || value->size() != cipher->key)
        return invalid("not a key of its algorithm's length, in hex", "management_key");
    piv::ManagementKey key;
    key.algorithm = cipher->algorithm;
    key.value.assign(value->begin(), value->end());
    key.touch_policy = touch_policy_of(entry.value("touch_policy", std::string("never")));
    wipe(value->data(), value->size());
    return key;
}

Image to_piv_image(ByteView atr, const piv::State& state, const std::vector<Fault>& faults) {
    json document{{"kind", "card-image"},
                  {"version", 1},
                  {"profile", "piv"},
                  {"atr", to_hex(atr)},
                  {"serial", to_hex(state.guid)},
                  {"device_serial", state.device_serial},
                  {"firmware", firmware_text(state.firmware)},
                  {"seed", state.seed},
                  {"memory", state.memory},
                  {"change_counter", state.counter},
                  {"management_key",
                   {{"algorithm", piv::cipher_of(state.management.algorithm)->name},
                    {"value", to_hex(state.management.value)},
                    {"touch_policy", name_of(state.management.touch_policy)}}},
                  {"pins", json::array()},
                  {"keys", json::array()},
                  {"objects", json::array()}};
    for (const auto& [reference, pin] : state.pins)
        document["pins"].push_back({{"reference", reference},
                                    {"value", pin_text(pin.value)},
                                    {"tries", pin.tries},
                                    {"max_tries", pin.max_tries}});
    for (const auto& [slot, key] : state.keys) document["keys"].push_back(key_to_json(slot, key));
    for (const auto& [tag, content] : state.objects)
        document["objects"].push_back({{"tag", tag_text(tag)}, {"content", to_hex(content)}});
    for (const auto& fault : faults)
        if (!spent(fault)) document["faults"].push_back(to_json(fault));
    return {std::move(document)};
}

Result<PivImage> read_piv_image(const json& document) {
    PivImage image;
    image.atr = *from_hex(document.at("atr").get<std::string>());
    auto& state = image.state;
    const auto guid = *from_hex(document.at("serial").get<std::string>());
    std::copy(guid.begin(), guid.end(), state.guid.begin());
    state.device_serial = document.at("device_serial").get<std::uint32_t>();
    state.firmware = read_firmware(document.at("firmware").get<std::string>());
    state.seed = document.at("seed").get<std::uint64_t>();
    state.memory = document.at("memory").get<std::size_t>();
    state.counter = document.at("change_counter").get<std::uint32_t>();
    auto management = read_management_key(document.at("management_key"));
    if (!management) return Unexpected{std::move(management).error()};
    state.management = std::move(*management);
    if (auto done = read_pins(document.at("pins"), state); !done) return Unexpected{std::move(done).error()};
    for (const auto& entry : document.at("keys"))
        if (auto done = read_key(entry, state); !done) return Unexpected{std::move(done).error()};
    for (const auto& entry : document.at("objects"))
        if (auto done = read_object(entry, state); !done) return Unexpected{std::move(done).error()};
    return image;
}

}  // namespace rakit::cards
