// The stock file layout of OpenSC's MyEID profile, with two deviations of our own: the CA directory and the CA
// certificates are the OP PIN's (the Nordic cards' way), and a key file knows userConsent.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/big_endian.hpp"
#include "common/base/rng.hpp"
#include "common/ossl/digest.hpp"
#include "virtual_cards/images/certificate_wish.hpp"
#include "virtual_cards/images/directory.hpp"
#include "virtual_cards/images/image_state.hpp"
#include "virtual_cards/images/made_keys.hpp"
#include "virtual_cards/images/pkcs15_profile.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;
using Acl = std::array<std::uint8_t, 3>;

constexpr std::uint16_t kDir = 0x2F00, kApplication = 0x5015, kOdf = 0x5031, kTokenInfo = 0x5032, kUnusedSpace = 0x5033,
                        kAodf = 0x4401, kPrKdf = 0x4402, kCdf = 0x4403, kPuKdf = 0x4404, kTrustedCdf = 0x4405,
                        kDodf = 0x4406, kFirstCertificate = 0x4301, kFirstPrivateKey = 0x4B01, kFirstPublicKey = 0x5501;
constexpr std::uint8_t kPin1 = 1, kSo = 3, kNever = 15;

constexpr Acl acl(unsigned first, unsigned second, unsigned third, unsigned fourth = kNever) {
    return {static_cast<std::uint8_t>(first << 4 | second), static_cast<std::uint8_t>(third << 4 | fourth), 0xFF};
}

Bytes octets_of(std::uint16_t id) { return {static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)}; }
Bytes path_of(std::uint16_t id) { return concat({Bytes{0x3F, 0x00, 0x50, 0x15}, octets_of(id)}); }

/// A key of the recipe with what was made for it.
struct MadeKey {
    const json* recipe;
    directory::Key entry;
    ossl::PKey key;
    Bytes spki;
};

// What OpenSC stores and expects: RSAPublicKey (PKCS#1), for other keys SubjectPublicKeyInfo.
Bytes public_key_content(const MadeKey& made) {
    return made.entry.type <= ossl::KeyType::rsa4096 ? ossl::to_der(made.key.get(), i2d_PublicKey) : made.spki;
}

class Personaliser {
public:
    Personaliser(const json& recipe, const ImageWish& wish, CertificateIssuer& issuer)
        : x_recipe(recipe), x_wish(wish), x_issuer(issuer) {
        x_state.files = FileSystem(recipe.value("memory", kDefaultMemory));
        x_state.seed = wish.seed;
        x_state.weak_rsa = recipe.value("weak_rsa", false) ? WeakRsa::yes : WeakRsa::no;
    }

    Result<Image> run();

private:
    Result<void> add_pins();
    Result<void> make_keys();
    Result<void> add_keys();
    Result<void> add_certificates();
    Result<void> add_certificate(const MadeKey& key, const json& recipe);
    Result<void> add_ca_certificates();
    Result<void> add_directories();
    CertificateWish wish_for(const MadeKey& key, const json& recipe) const;
    Result<FileSystem::Index> add(File file);
    Result<void> add_file(FileSystem::Index parent, std::uint16_t id, Acl access, std::size_t size, ByteView content);
    std::string serial() const { return to_hex(x_state.serial); }
    std::string label() const { return label_of(x_recipe); }

    const json& x_recipe;
    const ImageWish& x_wish;
    CertificateIssuer& x_issuer;
    pkcs15::State x_state;
    FileSystem::Index x_application = 0;
    std::vector<MadeKey> x_keys;
    std::uint16_t x_next_certificate = kFirstCertificate;
    Bytes x_aodf, x_prkdf, x_pukdf, x_cdf, x_trusted;
};

Result<FileSystem::Index> Personaliser::add(File file) {
    const auto id = to_hex(octets_of(file.id));
    const auto index = x_state.files.add(std::move(file));
    if (!index) return invalid("the card's memory doesn't suffice for file " + id, "memory");
    return *index;
}

Result<void> Personaliser::add_file(FileSystem::Index parent, std::uint16_t id, Acl access, std::size_t size,
                                    ByteView content) {
    if (content.size() > size)
        return invalid("file " + to_hex(octets_of(id)) + " is too small for its entries", "recipe");
    File file;
    file.parent = parent;
    file.id = id;
    file.acl = access;
    file.size = static_cast<std::uint16_t>(size);
    const auto index = add(std::move(file));
    if (!index) return fail(index.error());
    std::copy(content.begin(), content.end(), x_state.files.at(*index).content.begin());
    return {};
}

Result<void> Personaliser::add_pins() {
    for (const auto& recipe : x_recipe.value("pins", json::array())) {
        auto pin = pin_of_recipe(recipe);
        if (!pin) return fail(std::move(pin).error());
        append(x_aodf, directory::pin_entry(
                           {recipe.at("label").get<std::string>(), pin->reference, recipe.value("so_pin", false)}));
        x_state.pins.put(std::move(*pin));
    }
    return {};
}

Result<void> Personaliser::make_keys() {
    if (!x_recipe.contains("keys")) return {};
    std::uint16_t number = 0;
    for (const auto& recipe : x_recipe.at("keys")) {
        MadeKey made{&recipe, {}, nullptr, {}};
        auto& entry = made.entry;
        entry.label = recipe.at("label").get<std::string>();
        entry.id = *from_hex(recipe.at("id").get<std::string>());
        entry.type = *ossl::key_type_from_name(recipe.at("type").get<std::string>());
        entry.pin = recipe.at("pin").get<std::uint8_t>();
        entry.usage = recipe.at("usage").get<std::vector<std::string>>();
        entry.user_consent = recipe.value("user_consent", false);
        entry.private_path = path_of(static_cast<std::uint16_t>(kFirstPrivateKey + number));
        entry.public_path = path_of(static_cast<std::uint16_t>(kFirstPublicKey + number));
        ++number;
        auto key = card_key(x_wish, entry.type, "card key " + serial() + " " + to_hex(entry.id));
        if (!key) return fail(key.error());
        made.key = std::move(*key);
        made.spki = ossl::spki(made.key.get());
        x_keys.push_back(std::move(made));
    }
    return {};
}

Result<void> Personaliser::add_keys() {
    for (const auto& made : x_keys) {
        const auto& entry = made.entry;
        File file;
        file.parent = x_application;
        file.id = u16_at(entry.private_path, 4);
        file.kind = entry.type <= ossl::KeyType::rsa4096 ? FileKind::rsa_key : FileKind::ec_key;
        file.acl = acl(entry.pin, entry.pin, entry.pin, entry.pin);
        file.size = static_cast<std::uint16_t>(EVP_PKEY_get_bits(made.key.get()));
        file.user_consent = entry.user_consent;
        file.key = KeyObject::from_key(made.key.get());
        if (auto done = add(std::move(file)); !done) return fail(done.error());
        const auto id = u16_at(entry.public_path, 4);
        const auto content = public_key_content(made);
        if (auto done = add_file(x_application, id, acl(0, kPin1, kPin1), content.size(), content); !done) return done;
        append(x_prkdf, directory::private_key_entry(entry));
        append(x_pukdf, directory::public_key_entry(entry));
    }
    return {};
}

CertificateWish Personaliser::wish_for(const MadeKey& key, const json& recipe) const {
    auto wish = read_wish(recipe, serial(), key.entry.usage);
    const auto whose = recipe.value("key", to_hex(key.entry.id));
    for (const auto& made : x_keys)
        if (to_hex(made.entry.id) == whose) wish.spki = made.spki;
    return wish;
}

Result<void> Personaliser::add_certificate(const MadeKey& key, const json& recipe) {
    const auto wish = wish_for(key, recipe);
    const auto certificate = x_issuer.issue(wish);
    if (!certificate) return fail(certificate.error());
    const auto id = x_next_certificate++;
    const auto& der = certificate->der();
    append(x_cdf,
           directory::certificate_entry({recipe.value("label", wish.common_name), key.entry.id, false, path_of(id)}));
    return add_file(x_application, id, acl(0, kPin1, kPin1), der.size(), der);
}

Result<void> Personaliser::add_certificates() {
    for (const auto& key : x_keys)
        for (const auto& recipe : key.recipe->value("certificates", json::array()))
            if (auto done = add_certificate(key, recipe); !done) return done;
    return {};
}

// A CA certificate's iD is made of its key, so that it stays when the certificate is renewed; it is no key's of the
// card.
Result<void> Personaliser::add_ca_certificates() {
    constexpr std::size_t kIdLength = 8;
    for (const auto& recipe : x_recipe.value("ca_certificates", json::array())) {
        const auto name = recipe.at("issuer").get<std::string>();
        const auto certificate = x_issuer.ca_certificate(name);
        if (!certificate) return fail(certificate.error());
        const auto digest = ossl::sha1(certificate->spki());
        const auto id = x_next_certificate++;
        append(x_trusted,
               directory::certificate_entry({recipe.value("label", name),
                                             Bytes(digest.begin(), digest.begin() + kIdLength), true, path_of(id)}));
        const auto& der = certificate->der();
        if (auto done = add_file(x_application, id, acl(0, kSo, kSo), der.size(), der); !done) return done;
    }
    return {};
}

Result<void> Personaliser::add_directories() {
    struct Row {
        std::uint16_t id;
        std::size_t size;
        std::uint8_t update;
        const Bytes* content;
    };
    using directory::Kind;
    Bytes odf;
    for (const auto& [kind, id] : {std::pair{Kind::private_keys, kPrKdf},
                                   {Kind::public_keys, kPuKdf},
                                   {Kind::certificates, kCdf},
                                   {Kind::trusted_certificates, kTrustedCdf},
                                   {Kind::data, kDodf},
                                   {Kind::pins, kAodf}})
        append(odf, directory::odf_entry(kind, path_of(id)));
    std::optional<UtcTime> last_update;
    if (x_recipe.contains("last_update")) last_update = from_iso8601(x_recipe.at("last_update").get<std::string>());
    const auto info = directory::token_info(x_state.serial, label(), last_update);
    const Bytes empty;
    const Row rows[] = {
        {kOdf, 255, kPin1, &odf},    {kTokenInfo, 160, kSo, &info},       {kUnusedSpace, 510, kSo, &empty},
        {kAodf, 255, kSo, &x_aodf},  {kPrKdf, 1530, kPin1, &x_prkdf},     {kPuKdf, 1530, kPin1, &x_pukdf},
        {kCdf, 1530, kPin1, &x_cdf}, {kTrustedCdf, 510, kSo, &x_trusted}, {kDodf, 1530, kPin1, &empty}};
    for (const auto& row : rows)
        if (auto done = add_file(x_application, row.id, acl(0, row.update, kSo), row.size, *row.content); !done)
            return done;
    return {};
}

Result<Image> Personaliser::run() {
    if (auto done = set_serial(x_state.serial, {}, x_recipe, x_wish); !done) return fail(done.error());
    const bool creation = x_recipe.value("state", std::string("activated")) == "creation";
    x_state.files.at(FileSystem::kMf).acl = creation ? acl(0, 0, 0) : acl(kPin1, kPin1, kSo);
    File application;
    application.id = kApplication;
    application.kind = FileKind::df;
    application.aid.assign(std::begin(pkcs15::kAid), std::end(pkcs15::kAid));
    application.acl = creation ? acl(0, 0, 0) : acl(kPin1, kPin1, kPin1);
    const auto index = add(std::move(application));
    if (!index) return fail(index.error());
    x_application = *index;
    if (!creation) {
        const auto dir = directory::dir_entry(pkcs15::kAid, label(), Bytes{0x3F, 0x00, 0x50, 0x15});
        if (auto done = add_file(FileSystem::kMf, kDir, acl(0, kSo, kSo), 128, dir); !done) return fail(done.error());
        for (const auto step :
             {&Personaliser::add_pins, &Personaliser::make_keys, &Personaliser::add_keys,
              &Personaliser::add_certificates, &Personaliser::add_ca_certificates, &Personaliser::add_directories})
            if (auto done = (this->*step)(); !done) return fail(done.error());
        x_state.activated = true;
    }
    return to_image(*from_hex(x_recipe.value("atr", std::string(kDefaultAtr))), x_state);
}

}  // namespace

Result<Image> personalise_pkcs15(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer) {
    return Personaliser(recipe, wish, issuer).run();
}

}  // namespace rakit::cards
