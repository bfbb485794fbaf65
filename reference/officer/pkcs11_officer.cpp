#include "reference/officer/pkcs11_officer.hpp"

#include <algorithm>

#include "reference/officer/chain.hpp"
#include "reference/officer/pkcs11_key.hpp"
#include "reference/officer/pkcs11_library.hpp"

namespace rakit::reference {
namespace {

/// Found is what a URI means: copied off the token, but for the slot's and the certificate's own ids.
struct Found {
    unsigned long slot = 0;
    Bytes id;
    std::optional<x509::Certificate> certificate;
    std::vector<x509::Certificate> others;
    std::string serial;
    std::string reader;
};

std::string text(const char* value) { return value == nullptr ? std::string() : std::string(value); }

bool fits(const std::string& wanted, const char* value) { return wanted.empty() || wanted == text(value); }

bool means(const Pkcs11Uri& uri, PKCS11_SLOT& slot) {
    return slot.token != nullptr && fits(uri.token, slot.token->label) &&
           fits(uri.manufacturer, slot.token->manufacturer) && fits(uri.model, slot.token->model) &&
           fits(uri.serial, slot.token->serialnr) && fits(uri.slot_description, slot.description) &&
           (!uri.slot_id || *uri.slot_id == PKCS11_get_slotid_from_slot(&slot));
}

bool means(const Pkcs11Uri& uri, const PKCS11_CERT& entry, const x509::Certificate& certificate) {
    if (!uri.id.empty() && uri.id != Bytes(entry.id, entry.id + entry.id_len)) return false;
    if (!fits(uri.object, entry.label)) return false;
    return !certificate.is_ca() || !uri.id.empty() || !uri.object.empty();
}

Result<void> find_in_slot(const Pkcs11Uri& uri, PKCS11_SLOT& slot, std::vector<Found>& all) {
    PKCS11_CERT* entries = nullptr;
    unsigned count = 0;
    if (PKCS11_enumerate_certs(slot.token, &entries, &count) != 0)
        return fail(module_error("listing the token's certificates"));
    std::vector<x509::Certificate> everything;
    std::vector<Found> found;
    for (unsigned i = 0; i < count; ++i) {
        auto certificate = x509::Certificate::parse(ossl::to_der(entries[i].x509, i2d_X509));
        if (!certificate) continue;  // another application's; it is no officer's
        everything.push_back(*certificate);
        if (means(uri, entries[i], *certificate))
            found.push_back({PKCS11_get_slotid_from_slot(&slot),
                             Bytes(entries[i].id, entries[i].id + entries[i].id_len),
                             *certificate,
                             {},
                             text(slot.token->serialnr),
                             text(slot.description)});
    }
    for (auto& one : found) {
        one.others = everything;
        all.push_back(std::move(one));
    }
    return {};
}

Result<Found> find(const Pkcs11Uri& uri, Pkcs11Library& library) {
    if (auto refreshed = library.refresh(); !refreshed) return fail(refreshed.error());
    std::vector<Found> all;
    bool token = false;
    for (unsigned i = 0; i < library.count; ++i) {
        if (!means(uri, library.slots[i])) continue;
        token = true;
        if (auto looked = find_in_slot(uri, library.slots[i], all); !looked) return fail(looked.error());
    }
    if (!token) return fail(ErrorCode::officer_card_absent, "no token in a reader is the one that the URI means");
    if (all.empty())
        return fail(ErrorCode::officer_credential_invalid, "the token has no certificate that the URI means");
    if (all.size() == 1) return std::move(all.front());
    std::string ids;
    for (const auto& one : all) ids += (ids.empty() ? "" : ", ") + to_hex(one.id);
    return fail(ErrorCode::officer_credential_invalid, "the URI means several certificates, with the ids " + ids, {},
                "name one with id=%HEX, object=LABEL or token=LABEL");
}

PKCS11_SLOT* slot_of(Pkcs11Library& library, unsigned long id) {
    for (unsigned i = 0; i < library.count; ++i)
        if (PKCS11_get_slotid_from_slot(&library.slots[i]) == id) return &library.slots[i];
    return nullptr;
}

Result<EVP_PKEY*> find_key(PKCS11_TOKEN* token, const Bytes& id, const x509::Certificate& certificate) {
    PKCS11_KEY* keys = nullptr;
    unsigned count = 0;
    if (PKCS11_enumerate_keys(token, &keys, &count) != 0) return fail(module_error("listing the token's keys"));
    const auto wanted = certificate.public_key();
    for (unsigned i = 0; i < count; ++i) {
        if (Bytes(keys[i].id, keys[i].id + keys[i].id_len) != id) continue;
        EVP_PKEY* key = PKCS11_get_private_key(&keys[i]);
        if (key == nullptr) return fail(module_error("reading the key"));
        if (wanted && EVP_PKEY_eq(wanted->get(), key) == 1) return key;
        EVP_PKEY_free(key);
    }
    ossl::last_error();
    return fail(ErrorCode::officer_credential_invalid, "the token has no key for the officer's certificate");
}

}  // namespace

struct Pkcs11Officer::Parts {
    std::shared_ptr<Pkcs11Module> module;
    Found found;
    std::vector<x509::Certificate> chain;
    std::shared_ptr<Pkcs11KeyUse> use;
    ossl::PKey key;
};

Pkcs11Officer::Pkcs11Officer(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}
Pkcs11Officer::~Pkcs11Officer() { lock(); }

Result<std::unique_ptr<Pkcs11Officer>> Pkcs11Officer::open(std::shared_ptr<Pkcs11Module> module, const Pkcs11Uri& uri) {
    const auto found = std::make_shared<Found>();
    auto done = module->call([uri, found](Pkcs11Library& library) -> Result<void> {
        auto one = find(uri, library);
        if (!one) return fail(one.error());
        *found = *std::move(one);
        return {};
    });
    if (!done) return Unexpected{std::move(done).error().in("the officer's card")};
    auto parts = std::make_unique<Parts>();
    parts->module = std::move(module);
    parts->chain = issuers_first(*found->certificate, found->others);
    parts->found = *found;
    return std::unique_ptr<Pkcs11Officer>(new Pkcs11Officer(std::move(parts)));
}

const x509::Certificate& Pkcs11Officer::certificate() const { return *x_parts->found.certificate; }
const std::vector<x509::Certificate>& Pkcs11Officer::chain() const { return x_parts->chain; }
EVP_PKEY* Pkcs11Officer::key() const { return x_parts->key.get(); }
std::string Pkcs11Officer::token_serial() const { return x_parts->found.serial; }
std::string Pkcs11Officer::reader() const { return x_parts->found.reader; }

Result<void> Pkcs11Officer::unlock(const Pin& signature_pin) {
    lock();
    SecretBytes pin(signature_pin.digits().begin(), signature_pin.digits().end());
    pin.push_back(0);
    const auto use = std::make_shared<Pkcs11KeyUse>();
    auto done = x_parts->module->call([found = x_parts->found, pin, use](Pkcs11Library& library) -> Result<void> {
        if (auto refreshed = library.refresh(); !refreshed) return refreshed;
        PKCS11_SLOT* slot = slot_of(library, found.slot);
        // Another card in the officer's place must not get the PIN.
        if (slot == nullptr || slot->token == nullptr || text(slot->token->serialnr) != found.serial)
            return fail(ErrorCode::officer_card_absent, "the officer's card is no longer in its reader");
        if (PKCS11_login(slot, 0, reinterpret_cast<const char*>(pin.data())) != 0)
            return fail(module_error("logging in with the signature PIN"));
        auto key = find_key(slot->token, found.id, *found.certificate);
        if (!key) {
            PKCS11_logout(slot);
            return fail(key.error());
        }
        use->key = *key;
        ++library.open_keys;
        return {};
    });
    if (!done) return done;
    use->module = x_parts->module;
    use->pin = std::move(pin);
    const auto public_key = certificate().public_key();
    if (!public_key) return fail(public_key.error());
    auto key = pkcs11_key(public_key->get(), use);
    x_parts->use = use;
    if (!key) {
        lock();
        return fail(key.error());
    }
    x_parts->key = *std::move(key);
    return {};
}

void Pkcs11Officer::lock() {
    x_parts->key.reset();
    const auto use = std::exchange(x_parts->use, nullptr);
    if (use == nullptr) return;
    // The EVP_PKEY may live on in a TLS context: without a way to the token.
    EVP_PKEY* key = std::exchange(use->key, nullptr);
    use->pin = SecretBytes();
    (void)x_parts->module->call([key, id = x_parts->found.slot](Pkcs11Library& library) -> Result<void> {
        EVP_PKEY_free(key);
        --library.open_keys;
        if (PKCS11_SLOT* slot = slot_of(library, id); slot != nullptr && slot->token != nullptr) PKCS11_logout(slot);
        ossl::last_error();
        return {};
    });
}

std::optional<int> Pkcs11Officer::tries_left() const {
    const auto tries = std::make_shared<std::optional<int>>();
    (void)x_parts->module->call([tries, id = x_parts->found.slot](Pkcs11Library& library) -> Result<void> {
        if (auto refreshed = library.refresh(); !refreshed) return refreshed;
        const PKCS11_SLOT* slot = slot_of(library, id);
        if (slot == nullptr || slot->token == nullptr) return {};
        if (slot->token->userPinLocked != 0)
            *tries = 0;
        else if (slot->token->userPinFinalTry != 0)
            *tries = 1;
        return {};
    });
    return *tries;
}

std::optional<Error> Pkcs11Officer::take_failure() const {
    if (x_parts->use == nullptr) return std::nullopt;
    return std::exchange(x_parts->use->failure, std::nullopt);
}

}  // namespace rakit::reference
