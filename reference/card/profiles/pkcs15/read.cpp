#include <algorithm>
#include <set>

#include "common/iso7816/atr.hpp"
#include "common/ossl/keys.hpp"
#include "reference/card/profiles/pkcs15/layout.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"
#include "reference/card/profiles/pkcs15/rights.hpp"

namespace rakit::reference::pkcs15 {
namespace {

struct UsageWord {
    KeyUsage bit;
    const char* word;
};

/// RFC 5280's words for what a private key may do (section 4.2.1.3). A signature key's entry has sign beside
/// nonRepudiation, because that is what the card does with it; its certificates are for nonRepudiation alone.
constexpr UsageWord kUsageWords[] = {
    {KeyUsage::sign, "digitalSignature"},  {KeyUsage::non_repudiation, "nonRepudiation"},
    {KeyUsage::unwrap, "keyEncipherment"}, {KeyUsage::decrypt, "dataEncipherment"},
    {KeyUsage::derive, "keyAgreement"},
};

std::vector<std::string> usage_words(const KeyObject& key) {
    std::vector<std::string> words;
    for (const auto& row : kUsageWords)
        if (key.has_usage(row.bit) && !(row.bit == KeyUsage::sign && key.has_usage(KeyUsage::non_repudiation)))
            words.emplace_back(row.word);
    return words;
}

/// KeyRead is a private key's line, or why there is none.
struct KeyRead {
    std::optional<KeyLine> line;
    std::string note;
};

Result<KeyRead> read_key(Files& files, const Layout& layout, const KeyObject& key) {
    const std::string id = to_hex(key.id);
    auto spki = read_public_key(files, layout, key);
    if (!spki) return fail(std::move(spki).error().in("key " + id));
    if (!*spki) return KeyRead{{}, "key " + id + " is left out: the card does not give its public key"};
    auto parsed = ossl::parse_spki(**spki);
    const auto type = parsed ? ossl::key_type(parsed->get()) : std::nullopt;
    if (!type) return KeyRead{{}, "key " + id + " is left out: its type is not supported"};
    KeyLine line;
    line.id = id;
    line.label = key.common.label;
    line.type = *type;
    line.spki = std::move(**spki);
    line.usage = usage_words(key);
    line.pin = to_hex(key.common.auth_id);
    line.user_consent = key.common.user_consent > 0;
    line.can_sign = key.has_usage(KeyUsage::sign) || key.has_usage(KeyUsage::sign_recover) ||
                    key.has_usage(KeyUsage::non_repudiation);
    line.can_decipher = key.elliptic ? key.has_usage(KeyUsage::derive)
                                     : key.has_usage(KeyUsage::decrypt) || key.has_usage(KeyUsage::unwrap);
    line.reference = static_cast<std::uint8_t>(key.reference);
    if (key.path) line.path = to_hex(layout.absolute(key.path->octets));
    return KeyRead{std::move(line), {}};
}

Result<void> read_keys(Files& files, const Layout& layout, Contents& contents) {
    auto keys = private_keys_of(layout);
    if (!keys) return fail(keys.error());
    for (const auto& key : *keys) {
        auto read = read_key(files, layout, key);
        if (!read) return fail(read.error());
        if (read->line)
            contents.keys.push_back(std::move(*read->line));
        else
            contents.notes.push_back(std::move(read->note));
    }
    return {};
}

bool is_transport(const x509::Certificate& certificate, const std::vector<std::string>& transport_policies) {
    const auto policies = certificate.policies();
    return std::ranges::any_of(policies, [&](const std::string& policy) {
        return std::ranges::find(transport_policies, policy) != transport_policies.end();
    });
}

Result<void> read_certificates(Files& files, const Layout& layout, const std::vector<std::string>& transport_policies,
                               Contents& contents) {
    for (const auto& file : layout.directories)
        if (torn(file))
            contents.notes.push_back("the certificate directory " + to_hex(file.path) +
                                     " can't be read: perhaps a write was interrupted");
    auto placed = certificates_of(layout);
    if (!placed) return fail(placed.error());
    for (const auto& [object, directory] : *placed) {
        const std::string id = to_hex(object.id);
        auto der = read_value(files, layout, object);
        if (!der && der.error().code == ErrorCode::card_content_invalid) {
            contents.notes.push_back("certificate " + id + " is left out: " + der.error().detail);
            continue;
        }
        if (!der) return fail(std::move(der).error().in("certificate " + id));
        auto certificate = x509::Certificate::parse(*der);
        if (!certificate) {
            contents.notes.push_back("certificate " + id + " is left out: " + certificate.error().detail);
            continue;
        }
        const bool users = layout.directories[directory].directory.kind == DirectoryKind::certificates;
        const auto key = std::ranges::find(contents.keys, id, &KeyLine::id);
        if (users && key != contents.keys.end() && !object.authority) {
            StoredCertificate stored{std::move(*certificate), object.common.label, {}, false};
            stored.place = object.path ? to_hex(layout.absolute(object.path->octets)) : "directory";
            stored.transport = is_transport(stored.certificate, transport_policies);
            key->certificates.push_back(std::move(stored));
        } else if (object.authority || certificate->is_ca()) {
            contents.ca_certificates.push_back(std::move(*certificate));
        }
    }
    return {};
}

Result<void> read_pins(const Profile& profile, ApduChannel& card, const Layout& layout, Contents& contents) {
    auto pins = pins_of(layout);
    if (!pins) return fail(pins.error());
    for (const auto& pin : *pins) {
        PinState state;
        state.id = to_hex(pin.auth_id);
        state.label = pin.common.label;
        state.reference = pin.reference;
        state.min_length = pin.min_length;
        state.max_length = std::max(pin.max_length, pin.min_length);
        state.stored_length = pin.stored_length;
        state.pad = pin.pad;
        state.is_so_pin = pin.so_pin();
        auto tries = profile.tries_left(card, state);
        if (!tries) return fail(tries.error());
        state.tries_left = *tries;
        contents.pins.push_back(std::move(state));
    }
    return {};
}

/// ca_write_pins are PIN objects that CA certificates take.
Result<void> add_ca_write_pins(Files& files, const Layout& layout, Contents& contents) {
    contents.can_store_ca = ca_directory(layout).has_value();
    auto rights = write_rights(files, layout, true);
    if (!rights) return fail(rights.error());
    for (const auto reference : rights->pins) {
        const auto pin = std::ranges::find(contents.pins, reference, &PinState::reference);
        if (pin == contents.pins.end())
            contents.can_store_ca = false;
        else
            contents.ca_write_pins.push_back(pin->id);
    }
    return {};
}

/// add_write_pins translates access rights into PIN objects.
Result<void> add_write_pins(Files& files, const Layout& layout, Contents& contents) {
    auto rights = write_rights(files, layout);
    if (!rights) return fail(rights.error());
    for (const auto reference : rights->pins) {
        const auto pin = std::ranges::find(contents.pins, reference, &PinState::reference);
        if (pin != contents.pins.end())
            contents.write_pins.push_back(pin->id);
        else
            contents.notes.push_back("certificates can't be written: that needs PIN reference " +
                                     std::to_string(reference) + ", which the card's directory does not list");
    }
    std::ranges::move(rights->notes, std::back_inserter(contents.notes));
    return {};
}

Result<TokenInfo> read_token_info(Files& files, const Layout& layout) {
    auto content = files.read(layout.token_info_path());
    if (!content) return fail(std::move(content).error().in("EF(TokenInfo)"));
    return parse_token_info(*content);
}

/// Opened is the application, selected, and whose card it is.
struct Opened {
    Layout layout;
    TokenInfo token;
    std::string serial;
};

Result<Opened> open_card(Files& files) {
    auto layout = read_layout(files);
    if (!layout) return fail(layout.error());
    auto token = read_token_info(files, *layout);
    if (!token) return fail(token.error());
    auto serial = read_serial(files, *token);
    if (!serial) return fail(serial.error());
    return Opened{std::move(*layout), std::move(*token), std::move(*serial)};
}

}  // namespace

bool Profile::recognises(ByteView atr) const {
    const auto named = iso7816::named_application(atr);
    return !atr.empty() && (!named || equal_bytes(*named, kPkcs15Aid));
}

Result<Contents> Profile::read_contents(ApduChannel& card, ByteView atr,
                                        const std::vector<std::string>& transport_policies) const {
    Files files(card);
    auto opened = open_card(files);
    if (!opened) return fail(opened.error());
    const auto& layout = opened->layout;
    Contents contents;
    contents.profile = name();
    contents.serial = std::move(opened->serial);
    contents.label = std::move(opened->token.label);
    contents.atr.assign(atr.begin(), atr.end());
    auto done = read_keys(files, layout, contents);
    if (done) done = read_certificates(files, layout, transport_policies, contents);
    if (done) done = read_pins(*this, card, layout, contents);
    if (done) done = add_write_pins(files, layout, contents);
    if (done) done = add_ca_write_pins(files, layout, contents);
    if (!done) return fail(done.error());
    return contents;
}

Result<CardIdentity> Profile::read_identity(ApduChannel& card) const {
    Files files(card);
    auto opened = open_card(files);
    if (!opened) return fail(opened.error());
    const auto& layout = opened->layout;
    Contents contents;
    contents.serial = std::move(opened->serial);
    auto done = read_keys(files, layout, contents);
    if (!done) return fail(done.error());
    return contents.identity();
}

}  // namespace rakit::reference::pkcs15
