#include "scenarios/runner/piv_files.hpp"

#include <nlohmann/json.hpp>

#include "common/iso7816/tlv.hpp"
#include "scenarios/runner/card_files.hpp"

namespace rakit::scenarios {
namespace {

using iso7816::find_tlv;
using nlohmann::json;

constexpr std::uint32_t kCertificate = 0x70, kCertInfo = 0x71;

/// object_of is the tag of a slot's certificate, as images write tags; empty for a slot that has none.
std::string object_of(const std::string& slot) {
    if (slot == "9A") return "5FC105";
    if (slot == "9C") return "5FC10A";
    if (slot == "9D") return "5FC10B";
    if (slot == "9E") return "5FC101";
    const auto octet = from_hex(slot).value_or(Bytes{0});
    if (octet.size() != 1 || octet[0] < 0x82 || octet[0] > 0x95) return {};  // retired keys 1 to 20
    return "5FC1" + to_hex(Bytes{static_cast<std::uint8_t>(0x0D + octet[0] - 0x82)});
}

std::string name_of(const x509::Certificate& certificate) { return certificate.serial_hex(); }

void add_certificate(CardView& view, KeyView& key, const Bytes& object) {
    const auto found = find_tlv(object, kCertificate);
    const auto info = find_tlv(object, kCertInfo);
    if (!found) return view.damage.push_back("slot " + key.id + ": its data object holds no certificate");
    if (info && !info->value.empty() && (info->value[0] & 0x01U) != 0)
        return view.damage.push_back("slot " + key.id + ": its certificate is compressed, which nobody asked for");
    auto certificate = x509::Certificate::parse(found->value);
    if (!certificate) return view.damage.push_back("slot " + key.id + ": what its data object holds is no certificate");
    if (certificate->spki() != key.spki)
        view.damage.push_back("slot " + key.id + ": certificate " + name_of(*certificate) + " is of another key");
    key.certificates.push_back(*std::move(certificate));
}

}  // namespace

CardView view_piv_card(const json& image) {
    CardView view;
    view.profile = "piv";
    view.serial = image.value("serial", "");
    add_credentials(view, image);
    std::map<std::string, Bytes> objects;
    for (const auto& object : image.at("objects")) {
        const auto tag = object.at("tag").get<std::string>();
        view.files["object " + tag] = object.dump();
        objects[tag] = from_hex(object.value("content", "")).value_or(Bytes{});
    }
    for (const auto& entry : image.at("keys")) {
        const auto slot = entry.at("slot").get<std::string>();
        view.files["key " + slot] = entry.dump();
        const auto spki = public_half(entry);
        if (spki.empty()) {
            view.damage.push_back("slot " + slot + ": holds no key");
            continue;
        }
        view.keys.push_back({slot, spki, {}});
        view.storage.insert("object " + object_of(slot));
        if (const auto object = objects.find(object_of(slot)); object != objects.end() && !object->second.empty())
            add_certificate(view, view.keys.back(), object->second);
    }
    return view;
}

}  // namespace rakit::scenarios
