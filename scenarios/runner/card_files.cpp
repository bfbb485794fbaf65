#include "scenarios/runner/card_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/iso7816/tlv.hpp"
#include "common/ossl/keys.hpp"
#include "scenarios/runner/piv_files.hpp"

namespace rakit::scenarios {
namespace {

using iso7816::Tlv;
using iso7816::TlvReader;
using nlohmann::json;

constexpr const char* kApplication = "3F005015";
constexpr const char* kObjectDirectory = "3F0050155031";
constexpr std::uint32_t kPrivateKeys = 0xA0, kCertificates = 0xA4, kTrusted = 0xA5, kUseful = 0xA6, kSequence = 0x30,
                        kOctets = 0x04, kTypeAttributes = 0xA1;

/// Entry is one object of a directory file: its identifier and where its value lies.
struct Entry {
    std::string id;
    std::string path;
    std::size_t offset = 0;
};

std::size_t number(ByteView octets) {
    std::size_t value = 0;
    for (const auto octet : octets) value = value << 8 | octet;
    return value;
}

class CardReading {
public:
    explicit CardReading(const json& image) : x_image(image) {}

    CardView read() {
        x_view.serial = x_image.value("serial", "");
        for (const auto& pin : x_image.at("pins"))
            x_view.tries[pin.at("reference").get<std::uint8_t>()] = pin.at("tries").get<int>();
        for (const auto& file : x_image.at("files")) x_view.files[file.at("path")] = file.dump();
        for (const auto& file : x_image.at("files")) x_files[file.at("path")] = &file;
        for (const auto& entry : directory(kPrivateKeys)) add_key(entry);
        for (const auto kind : {kCertificates, kTrusted, kUseful})
            for (const auto& entry : directory(kind)) add_certificate(entry);
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

    /// directory reads all directory files of one kind that the object directory names.
    std::vector<Entry> directory(std::uint32_t kind) {
        std::vector<Entry> entries;
        const Bytes root = content(kObjectDirectory).value_or(Bytes{});
        for (const Tlv& pointer : objects(root, kObjectDirectory)) {
            if (pointer.tag != kind) continue;
            const auto path = path_of(pointer.value);
            const auto octets = path ? content(path->path) : std::nullopt;
            if (!octets) {
                damage("object directory: points to a file that isn't there");
                continue;
            }
            for (const Tlv& object : objects(*octets, path->path)) read_entry(object, path->path, entries);
        }
        return entries;
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
        entries.push_back(*entry);
    }

    void add_key(const Entry& entry) {
        const json* found = file(entry.path);
        const auto octets = found == nullptr ? std::nullopt : from_hex(found->value("key", ""));
        const auto key = octets ? ossl::parse_private_key(*octets) : Result<ossl::PKey>(fail(ErrorCode::internal, ""));
        if (!key) return damage("key " + entry.id + ": no key in " + entry.path);
        if (x_view.key(entry.id) != nullptr) return damage("key " + entry.id + ": there twice");
        x_view.keys.push_back({entry.id, ossl::spki(key->get()), {}});
    }

    void add_certificate(const Entry& entry) {
        const std::string place = entry.path + "+" + std::to_string(entry.offset);
        if (!x_places.insert(place).second) return damage("two directory entries share " + place);
        const auto octets = content(entry.path);
        if (!octets || octets->size() < entry.offset)
            return damage("certificate " + entry.id + ": no file " + entry.path);
        const auto whole = TlvReader(ByteView(*octets).subspan(entry.offset)).read(kSequence);
        const auto certificate =
            whole ? x509::Certificate::parse(whole->whole) : Result<x509::Certificate>(fail(ErrorCode::internal, ""));
        if (!certificate) return damage("certificate " + entry.id + ": " + place + " holds none");
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

CardView view_card(const json& image) {
    const std::string profile = image.value("profile", "");
    if (profile == "pkcs15") return CardReading(image).read();
    if (profile == "piv") return view_piv_card(image);
    CardView none;
    none.damage.push_back("the judge can't read cards of the profile '" + profile + "'");
    return none;
}

}  // namespace rakit::scenarios
