#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/big_endian.hpp"
#include "common/base/rng.hpp"
#include "virtual_cards/applets/piv/objects.hpp"
#include "virtual_cards/images/certificate_wish.hpp"
#include "virtual_cards/images/check_document.hpp"
#include "virtual_cards/images/field_text.hpp"
#include "virtual_cards/images/image_parts.hpp"
#include "virtual_cards/images/made_keys.hpp"
#include "virtual_cards/images/piv_image.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

std::uint8_t slot_of(const json& key) { return from_hex(key.at("slot").get<std::string>())->front(); }

class PivPersonaliser {
public:
    PivPersonaliser(const json& recipe, const ImageWish& wish, CertificateIssuer& issuer)
        : x_recipe(recipe), x_wish(wish), x_issuer(issuer) {
        x_state.seed = wish.seed;
        x_state.memory = recipe.value("memory", piv::kDefaultMemory);
        x_state.firmware = read_firmware(recipe.value("firmware", firmware_text(piv::kDefaultFirmware)));
    }

    Result<Image> run();

private:
    Result<void> set_identity();
    Result<void> add_pins();
    Result<void> make_keys();
    Result<void> add_certificates();
    Result<void> add_certificate(const json& key, const json& recipe);
    Result<void> add_objects();
    Result<void> add_object(std::uint32_t tag, Bytes content, const std::string& where);

    const json& x_recipe;
    const ImageWish& x_wish;
    CertificateIssuer& x_issuer;
    piv::State x_state;
    std::map<std::uint8_t, Bytes> x_spki;
};

// The serial number is the GUID; one that is made up is a random UUID (RFC 4122 section 4.4).
Result<void> PivPersonaliser::set_identity() {
    const auto made_up =
        set_serial(x_state.guid, {"a PIV card's serial number, its GUID,", "piv serial"}, x_recipe, x_wish);
    if (!made_up) return fail(made_up.error());
    if (*made_up) {
        x_state.guid[6] = static_cast<std::uint8_t>((x_state.guid[6] & 0x0F) | 0x40);
        x_state.guid[8] = static_cast<std::uint8_t>((x_state.guid[8] & 0x3F) | 0x80);
    }
    constexpr std::uint32_t kEightDigits = 100000000;
    const auto otherwise = number_in(ByteView(x_state.guid).last(4)) % kEightDigits;
    x_state.device_serial = x_recipe.value("device_serial", otherwise);
    if (auto done = add_object(piv::kChuid, piv::chuid_object(x_state.guid), "memory"); !done) return done;
    return add_object(piv::kCcc, piv::ccc_object(ByteView(x_state.guid).last(14)), "memory");
}

Result<void> PivPersonaliser::add_pins() {
    for (const auto& recipe : x_recipe.value("pins", json::array())) {
        auto pin = read_piv_pin(recipe);
        if (!pin) return Unexpected{std::move(pin).error()};
        pin->max_tries = recipe.value("tries", pin->max_tries);
        pin->tries = recipe.value("tries_left", pin->max_tries);
        x_state.pins[recipe.at("reference").get<std::uint8_t>()] = std::move(*pin);
    }
    if (!x_recipe.contains("management_key")) return {};
    auto key = read_management_key(x_recipe.at("management_key"));
    if (!key) return Unexpected{std::move(key).error()};
    x_state.management = std::move(*key);
    return {};
}

Result<void> PivPersonaliser::make_keys() {
    for (const auto& recipe : x_recipe.value("keys", json::array())) {
        const auto slot = slot_of(recipe);
        const auto type = *ossl::key_type_from_name(recipe.at("type").get<std::string>());
        const auto made =
            card_key(x_wish, type, "piv key " + to_hex(x_state.guid) + " " + recipe.at("slot").get<std::string>());
        if (!made) return fail(made.error());
        piv::SlotKey key;
        key.algorithm = *piv::algorithm_for(type);
        key.pin_policy = pin_policy_of(recipe.value("pin_policy", name_of(piv::default_pin_policy(slot))));
        key.touch_policy = touch_policy_of(recipe.value("touch_policy", std::string("never")));
        key.generated = recipe.value("generated", true);
        key.key = KeyObject::from_key(made->get());
        x_spki[slot] = ossl::spki(made->get());
        x_state.keys.emplace(slot, std::move(key));
    }
    return {};
}

Result<void> PivPersonaliser::add_object(std::uint32_t tag, Bytes content, const std::string& where) {
    if (piv::object_cost(content.size()) > x_state.free_memory())
        return invalid("the card's memory doesn't suffice", where);
    x_state.objects[tag] = std::move(content);
    return {};
}

// The attestation key signs certificates, so its own is a CA's.
Result<void> PivPersonaliser::add_certificate(const json& key, const json& recipe) {
    const auto slot = slot_of(key);
    const bool attests = slot == piv::kAttestation;
    using Texts = std::vector<std::string>;
    auto wish = read_wish(recipe, to_hex(x_state.guid),
                          attests ? Texts{"keyCertSign"} : key.value("usage", Texts{"digitalSignature"}));
    wish.authority = attests;
    const auto whose = recipe.contains("key") ? from_hex(recipe.at("key").get<std::string>())->front() : slot;
    wish.spki = x_spki.at(whose);
    const auto certificate = x_issuer.issue(wish);
    if (!certificate) return fail(certificate.error());
    return add_object(*piv::certificate_tag(slot), piv::certificate_object(certificate->der()), "memory");
}

// Readers find the retired certificates by the key history object.
Result<void> PivPersonaliser::add_certificates() {
    std::size_t retired = 0;
    for (const auto& key : x_recipe.value("keys", json::array()))
        for (const auto& recipe : key.value("certificates", json::array())) {
            if (auto done = add_certificate(key, recipe); !done) return done;
            const auto slot = slot_of(key);
            if (slot >= piv::kFirstRetired && slot <= piv::kLastRetired) ++retired;
        }
    if (retired == 0) return {};
    return add_object(piv::kKeyHistory, piv::key_history_object(retired), "memory");
}

Result<void> PivPersonaliser::add_objects() {
    for (const auto& recipe : x_recipe.value("objects", json::array())) {
        const auto text = recipe.at("tag").get<std::string>();
        const auto tag = piv_tag(text);
        const auto content = from_hex(recipe.at("content").get<std::string>());
        if (piv::object_row(tag) == nullptr || !content || content->empty())
            return invalid("object " + text + " is none of a PIV card's, or its content no hex", "objects");
        if (auto done = add_object(tag, *content, "objects"); !done) return done;
    }
    return {};
}

Result<Image> PivPersonaliser::run() {
    for (const auto step : {&PivPersonaliser::set_identity, &PivPersonaliser::add_pins, &PivPersonaliser::make_keys,
                            &PivPersonaliser::add_certificates, &PivPersonaliser::add_objects})
        if (auto done = (this->*step)(); !done) return fail(done.error());
    return to_piv_image(*from_hex(x_recipe.value("atr", std::string(kPivAtr))), x_state);
}

}  // namespace

Result<Image> personalise_piv(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer) {
    return PivPersonaliser(recipe, wish, issuer).run();
}

void check_piv_recipe(document::Document& recipe) {
    const auto find = [&](const std::string& at, std::string message) {
        recipe.findings.push_back(recipe.finding(at, std::move(message)));
    };
    std::set<json> pins, slots;
    const auto pin_list = recipe.value.value("pins", json::array()),
               key_list = recipe.value.value("keys", json::array());
    for (std::size_t i = 0; i < pin_list.size(); ++i) {
        const auto at = "/pins/" + std::to_string(i);
        if (!pins.insert(pin_list[i].at("reference")).second) find(at + "/reference", "two PINs with this reference");
        check_tries(recipe, at, "tries", 3);
    }
    for (std::size_t i = 0; i < key_list.size(); ++i)
        if (!slots.insert(key_list[i].at("slot")).second)
            find("/keys/" + std::to_string(i) + "/slot", "two keys in one slot");
    for (std::size_t i = 0; i < key_list.size(); ++i)
        check_certificates(recipe, "/keys/" + std::to_string(i) + "/certificates", slots);
    if (recipe.value.contains("management_key"))
        if (const auto key = read_management_key(recipe.value.at("management_key")); !key)
            find("/management_key/value", key.error().detail);
}

}  // namespace rakit::cards
