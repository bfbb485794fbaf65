#include "scenarios/runner/card_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/iso7816/tlv.hpp"
#include "common/ossl/digest.hpp"
#include "common/ossl/keys.hpp"
#include "scenarios/runner/piv_files.hpp"

namespace rakit::scenarios {
namespace {

using iso7816::Tlv;
using iso7816::TlvReader;
using nlohmann::json;

constexpr const char* kApplication = "3F005015";
constexpr const char* kObjectDirectory = "3F0050155031";
constexpr const char* kTokenInfo = "3F0050155032";
constexpr const char* kUnusedSpace = "3F0050155033";
constexpr std::uint32_t kLastUpdate = 0xA5, kGeneralizedTime = 0x18;
constexpr std::uint32_t kPrivateKeys = 0xA0, kAuthObjects = 0xA8, kBits = 0x03, kPinReference = 0x80,
                        kCertificates = 0xA4, kTrusted = 0xA5, kUseful = 0xA6, kSequence = 0x30, kOctets = 0x04,
                        kTypeAttributes = 0xA1, kIssuer = 0xA0, kInteger = 0x02;

/// Entry is one object of a directory file: its identifier and where its value lies.
struct Entry {
    std::string id;
    std::string path;
    std::size_t offset = 0;
    std::optional<Bytes> serial{};  ///< the directory's copy of the certificate's, where it has one
    std::optional<Bytes> issuer{};
    std::string auth_id{};  ///< of the PIN that guards it
    bool user_consent = false;
};

/// unsigned_hex writes a positive INTEGER's content as Certificate::serial_hex does.
std::string unsigned_hex(ByteView octets) {
    return to_hex(octets.size() > 1 && octets[0] == 0 ? octets.subspan(1) : octets);
}

std::size_t number(ByteView octets) {
    std::size_t value = 0;
    for (const auto octet : octets) value = value << 8 | octet;
    return value;
}

class CardReading {
public:
    explicit CardReading(const json& image) : x_image(image) {}

    CardView read() {
        x_view.profile = "pkcs15";
        x_view.serial = x_image.value("serial", "");
        add_credentials(x_view, x_image);
        x_view.storage = {kObjectDirectory, kTokenInfo, kUnusedSpace};
        for (const auto& file : x_image.at("files")) x_view.files[file.at("path")] = file.dump();
        for (const auto& file : x_image.at("files")) x_files[file.at("path")] = &file;
        for (const auto& entry : directory(kPrivateKeys)) add_key(entry);
        x_view.last_update = last_update();
        add_pins();
        for (const auto kind : {kCertificates, kTrusted, kUseful}) {
            each_directory(kind, [&](const std::string& path) { x_view.storage.insert(path); });
            for (const auto& entry : directory(kind)) add_certificate(entry);
        }
        return std::move(x_view);
    }

private:
    void damage(std::string what) { x_view.damage.push_back(std::move(what)); }

    const json* file(const std::string& path) const {
        const auto it = x_files.find(path);
        return it == x_files.end() ? nullptr : it->second;
    }

    /// content gives a file's octets; the image leaves zeros at the end out.
    std::optional<Bytes> content(const std::string& path) const {
        const json* found = file(path);
        if (found == nullptr) return std::nullopt;
        Bytes octets = from_hex(found->value("content", "")).value_or(Bytes{});
        octets.resize(std::max(octets.size(), found->value("size", std::size_t{0})));
        return octets;
    }

    /// absolute gives a path from 3F00 on, as the image has it.
    static std::string absolute(ByteView path) {
        const std::string hex = to_hex(path);
        return hex.rfind("3F00", 0) == 0 ? hex : kApplication + hex;
    }

    /// objects lists the data objects of a file up to its padding; OpenSC too stops at the first zero tag.
    std::vector<Tlv> objects(const Bytes& octets, const std::string& where) {
        std::vector<Tlv> all;
        TlvReader reader(octets);
        while (!reader.at_end() && reader.rest()[0] != 0) {
            const auto object = reader.read();
            if (!object) {
                damage(where + ": no data object at " + std::to_string(reader.offset()));
                break;
            }
            all.push_back(*object);
        }
        return all;
    }

    /// each_directory calls with the path of each directory file of one kind that the object directory names.
    template <class Work>
    void each_directory(std::uint32_t kind, Work work) {
        const Bytes root = content(kObjectDirectory).value_or(Bytes{});
        for (const Tlv& pointer : objects(root, kObjectDirectory))
            if (pointer.tag == kind)
                if (const auto path = path_of(pointer.value)) work(path->path);
    }

    /// each_object calls with each entry, and the file's path, of all directory files of one kind that the object
    /// directory names.
    template <class Work>
    void each_object(std::uint32_t kind, Work work) {
        each_directory(kind, [&](const std::string& path) {
            const auto octets = content(path);
            if (!octets) return damage("object directory: points to a file that isn't there");
            for (const Tlv& object : objects(*octets, path)) work(object, path);
        });
    }

    std::vector<Entry> directory(std::uint32_t kind) {
        std::vector<Entry> entries;
        each_object(kind, [&](const Tlv& object, const std::string& where) { read_entry(object, where, entries); });
        return entries;
    }

    /// add_pins reads the PIN objects (ISO/IEC 7816-15 section 8.9.2): authId, pinFlags with soPin as their bit 7,
    /// pinReference.
    void add_pins() {
        each_object(kAuthObjects, [&](const Tlv& object, const std::string& where) {
            TlvReader parts(object.value);
            const auto common = parts.read(kSequence), own = parts.read(kSequence);
            const auto id = own ? iso7816::find_tlv(own->value, kOctets) : std::nullopt;
            const auto type = iso7816::find_tlv(object.value, kTypeAttributes);
            const auto attributes = type ? iso7816::find_tlv(type->value, kSequence) : std::nullopt;
            const auto flags = attributes ? iso7816::find_tlv(attributes->value, kBits) : std::nullopt;
            const auto reference = attributes ? iso7816::find_tlv(attributes->value, kPinReference) : std::nullopt;
            if (!common || !id || !flags) return damage(where + ": a PIN object that isn't one");
            const bool officer = flags->value.size() > 1 && (flags->value[1] & 0x01U) != 0;
            const std::uint8_t number = reference && !reference->value.empty() ? reference->value.back() : 0;
            x_view.pins[to_hex(id->value)] = {number, officer};
        });
    }

    /// path_of reads a Path: SEQUENCE { OCTET STRING, INTEGER index OPTIONAL, [0] length OPTIONAL }.
    static std::optional<Entry> path_of(ByteView octets) {
        const auto path = iso7816::find_tlv(octets, kSequence);
        const auto value = path ? iso7816::find_tlv(path->value, kOctets) : std::nullopt;
        if (!value) return std::nullopt;
        const auto index = iso7816::find_tlv(path->value, 0x02);
        return Entry{{}, absolute(value->value), index ? number(index->value) : 0};
    }

    void read_entry(const Tlv& object, const std::string& where, std::vector<Entry>& entries) {
        TlvReader parts(object.value);
        const auto common = parts.read(kSequence);
        const auto own = parts.read(kSequence);
        const auto id = own ? iso7816::find_tlv(own->value, kOctets) : std::nullopt;
        const auto type = iso7816::find_tlv(object.value, kTypeAttributes);
        const auto attributes = type ? iso7816::find_tlv(type->value, kSequence) : std::nullopt;
        auto entry = attributes ? path_of(attributes->value) : std::nullopt;
        if (!common || !id || !entry) return damage(where + ": an entry that isn't one");
        entry->id = to_hex(id->value);
        // CommonObjectAttributes: label, flags, authId, userConsent (ISO/IEC 7816-15 section 8.2.3).
        if (const auto pin = iso7816::find_tlv(common->value, kOctets)) entry->auth_id = to_hex(pin->value);
        entry->user_consent = iso7816::find_tlv(common->value, kInteger).has_value();
        // X509CertificateAttributes: value, subject, [0] issuer, serialNumber (ISO/IEC 7816-15 section 8.8.2).
        if (const auto serial = iso7816::find_tlv(attributes->value, kInteger))
            entry->serial = Bytes(serial->value.begin(), serial->value.end());
        if (const auto issuer = iso7816::find_tlv(attributes->value, kIssuer))
            entry->issuer = Bytes(issuer->value.begin(), issuer->value.end());
        entries.push_back(*entry);
    }

    /// last_update finds the only time in TokenInfo (PKCS#15 v1.1 section 6.9): [5] { GeneralizedTime }.
    std::optional<std::string> last_update() const {
        const Bytes octets = content(kTokenInfo).value_or(Bytes{});
        const auto info = iso7816::find_tlv(octets, kSequence);
        const auto choice = info ? iso7816::find_tlv(info->value, kLastUpdate) : std::nullopt;
        const auto time = choice ? iso7816::find_tlv(choice->value, kGeneralizedTime) : std::nullopt;
        if (!time) return std::nullopt;
        return std::string(as_text(time->value));
    }

    void add_key(const Entry& entry) {
        const json* found = file(entry.path);
        const auto spki = found == nullptr ? Bytes{} : public_half(*found);
        if (spki.empty()) return damage("key " + entry.id + ": no key in " + entry.path);
        if (x_view.key(entry.id) != nullptr) return damage("key " + entry.id + ": there twice");
        x_view.keys.push_back({entry.id, spki, {}, entry.auth_id, entry.user_consent});
    }

    void add_certificate(const Entry& entry) {
        const std::string place = entry.path + "+" + std::to_string(entry.offset);
        x_view.storage.insert(entry.path);
        if (!x_places.insert(place).second) return damage("two directory entries share " + place);
        const auto octets = content(entry.path);
        if (!octets || octets->size() < entry.offset)
            return damage("certificate " + entry.id + ": no file " + entry.path);
        const auto whole = TlvReader(ByteView(*octets).subspan(entry.offset)).read(kSequence);
        const auto certificate =
            whole ? x509::Certificate::parse(whole->whole) : Result<x509::Certificate>(fail(ErrorCode::internal, ""));
        if (!certificate) return damage("certificate " + entry.id + ": " + place + " holds none");
        if (entry.serial && unsigned_hex(*entry.serial) != certificate->serial_hex())
            damage("certificate " + entry.id + ": the directory has another serial number");
        if (entry.issuer && *entry.issuer != certificate->issuer_der())
            damage("certificate " + entry.id + ": the directory has another issuer");
        for (auto& key : x_view.keys)
            if (key.id == entry.id) return key.certificates.push_back(*certificate);
        if (!certificate->is_ca()) return damage("certificate " + entry.id + ": no key has this id");
        x_view.ca_certificates.push_back(*certificate);
    }

    const json& x_image;
    CardView x_view;
    std::map<std::string, const json*> x_files;
    std::set<std::string> x_places;
};

}  // namespace

Bytes public_half(const json& entry) {
    const auto told = entry.find("spki");
    if (told != entry.end()) return from_hex(told->get<std::string>()).value_or(Bytes{});
    const auto octets = from_hex(entry.value("key", ""));
    const auto key = octets ? ossl::parse_private_key(*octets) : Result<ossl::PKey>(fail(ErrorCode::internal, ""));
    return key ? ossl::spki(key->get()) : Bytes{};
}

void add_credentials(CardView& view, const json& image) {
    const auto seal = [&](const std::string& name, const json& entry) {
        view.credentials[name] = ossl::sha256(to_bytes(entry.dump()));
    };
    for (json pin : image.at("pins")) {
        const auto reference = pin.at("reference").get<std::uint8_t>();
        view.tries[reference] = pin.at("tries").get<int>();
        pin.erase("tries");
        seal("PIN " + to_hex(Bytes{reference}), pin);
    }
    if (const auto key = image.find("management_key"); key != image.end()) seal("the management key", *key);
}

CardView view_card(const json& image) {
    const std::string profile = image.value("profile", "");
    if (profile == "pkcs15") return CardReading(image).read();
    if (profile == "piv") return view_piv_card(image);
    CardView none;
    none.profile = profile;
    none.serial = image.value("serial", "");
    if (profile == "tester") return none;  // it holds nothing but its counters, which each use changes
    none.damage.push_back("the judge can't read cards of the profile '" + profile + "'");
    return none;
}

}  // namespace rakit::scenarios
