#include "reference/officer/pkcs12_officer.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/file.hpp"
#include "common/iso7816/tlv.hpp"
#include "reference/officer/chain.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kFileLimit = 1U << 20U;

Unexpected invalid(std::string detail) { return fail(ErrorCode::officer_credential_invalid, std::move(detail)); }

Unexpected wrong_pin() {
    ossl::last_error();
    return fail(ErrorCode::pin_wrong, "the signature PIN does not open the software token, or the file is damaged");
}

inline void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
inline void free_safes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }
using Bags = ossl::Handle<STACK_OF(PKCS12_SAFEBAG), free_bags>;
using KeyInfo = ossl::Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using Safes = ossl::Handle<STACK_OF(PKCS7), free_safes>;

/// certificate_of reads a certificate bag (RFC 7292 section 4.2.3) without OpenSSL's search for a decoder.
std::optional<x509::Certificate> certificate_of(const PKCS12_SAFEBAG* bag) {
    if (PKCS12_SAFEBAG_get_nid(bag) != NID_certBag || PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
        return std::nullopt;
    // bagId, [0] CertBag: certId, [0] the octets
    constexpr std::uint32_t kSequence = 0x30, kTagged = 0xA0, kOctets = 0x04;
    const Bytes encoded = ossl::to_der(bag, i2d_PKCS12_SAFEBAG);
    ByteView inside = encoded;
    for (const auto tag : {kSequence, kTagged, kSequence, kTagged, kOctets}) {
        const auto found = iso7816::find_tlv(inside, tag);
        if (!found) return std::nullopt;
        inside = found->value;
    }
    auto certificate = x509::Certificate::parse(inside);
    if (!certificate) return std::nullopt;
    return *std::move(certificate);
}

/// A certificate that lies open belongs to the key if it has a localKeyId (RFC 7292 section 4.2.2).
std::optional<x509::Certificate> open_certificate(const PKCS12* container) {
    const Safes safes(PKCS12_unpack_authsafes(container));
    for (int i = 0; safes && i < sk_PKCS7_num(safes.get()); ++i) {
        PKCS7* safe = sk_PKCS7_value(safes.get(), i);
        if (OBJ_obj2nid(safe->type) != NID_pkcs7_data) continue;
        const Bags bags(PKCS12_unpack_p7data(safe));
        for (int j = 0; bags && j < sk_PKCS12_SAFEBAG_num(bags.get()); ++j) {
            const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags.get(), j);
            if (PKCS12_SAFEBAG_get0_attr(bag, NID_localKeyID) == nullptr) continue;
            if (auto certificate = certificate_of(bag)) return certificate;
        }
    }
    return std::nullopt;
}

/// Token is what a PKCS#12 holds: its first key, and all certificates.
struct Token {
    ossl::PKey key;
    std::vector<x509::Certificate> certificates;
};

Result<void> read_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, const char* password, Token& token) {
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
        const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
        const int kind = PKCS12_SAFEBAG_get_nid(bag);
        if (kind == NID_safeContentsBag) {
            if (auto read = read_bags(PKCS12_SAFEBAG_get0_safes(bag), password, token); !read) return read;
        } else if (kind == NID_certBag) {
            auto certificate = certificate_of(bag);
            if (certificate)
                token.certificates.push_back(*std::move(certificate));
            else if (PKCS12_SAFEBAG_get_bag_nid(bag) == NID_x509Certificate)
                return invalid("a certificate of the PKCS#12 can't be read");
        } else if ((kind == NID_keyBag || kind == NID_pkcs8ShroudedKeyBag) && !token.key) {
            const bool open = kind == NID_keyBag;
            const KeyInfo shrouded(open ? nullptr : PKCS12_decrypt_skey(bag, password, -1));
            const PKCS8_PRIV_KEY_INFO* info = open ? PKCS12_SAFEBAG_get0_p8inf(bag) : shrouded.get();
            SecretBytes der;
            if (info != nullptr) {
                der.resize(static_cast<std::size_t>(std::max(0, i2d_PKCS8_PRIV_KEY_INFO(info, nullptr))));
                auto* to = der.data();
                i2d_PKCS8_PRIV_KEY_INFO(info, &to);
            }
            auto key = ossl::parse_private_key(der);
            if (!key) return invalid("the key of the PKCS#12 can't be read: " + key.error().detail);
            token.key = *std::move(key);
        }
    }
    return {};
}

/// read_token opens what the password opens; the MAC is verified by now.
Result<Token> read_token(const PKCS12* container, const char* password) {
    Token token;
    const Safes safes(PKCS12_unpack_authsafes(container));
    if (!safes) return invalid("the PKCS#12 can't be opened: " + ossl::last_error());
    for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
        PKCS7* safe = sk_PKCS7_value(safes.get(), i);
        const int type = OBJ_obj2nid(safe->type);
        if (type != NID_pkcs7_data && type != NID_pkcs7_encrypted) continue;
        const Bags bags(type == NID_pkcs7_data ? PKCS12_unpack_p7data(safe)
                                               : PKCS12_unpack_p7encdata(safe, password, -1));
        if (!bags) return invalid("the PKCS#12 can't be opened: " + ossl::last_error());
        if (auto read = read_bags(bags.get(), password, token); !read) return fail(read.error());
    }
    return token;
}

/// opening_password is the text, or what stands for an empty one (an absent and an empty one give different keys);
/// nothing if the MAC fits none.
std::optional<const char*> opening_password(PKCS12* container, const char* text) {
    if (*text == 0 && PKCS12_verify_mac(container, nullptr, 0) == 1) return nullptr;
    if (PKCS12_verify_mac(container, text, -1) == 1) return text;
    return std::nullopt;
}

}  // namespace

Pkcs12Officer::Pkcs12Officer(ossl::Pkcs12 container)
    : x_container(std::move(container)), x_certificate(open_certificate(x_container.get())) {
    ossl::last_error();
}

Result<std::unique_ptr<Pkcs12Officer>> Pkcs12Officer::open(const std::filesystem::path& path) {
    const auto content = read_file(path, kFileLimit);
    if (!content) return fail(content.error());
    auto officer = from_bytes(*content);
    if (officer) return officer;
    Error error = std::move(officer).error();
    error.where = path.string();
    return fail(std::move(error));
}

Result<std::unique_ptr<Pkcs12Officer>> Pkcs12Officer::from_bytes(ByteView der) {
    const unsigned char* cursor = der.data();
    ossl::Pkcs12 container(d2i_PKCS12(nullptr, &cursor, static_cast<long>(der.size())));
    if (!container) return invalid("not a PKCS#12: " + ossl::last_error());
    if (cursor != der.data() + der.size()) return invalid("octets after the PKCS#12");
    if (PKCS12_mac_present(container.get()) != 1) return invalid("the PKCS#12 has no MAC, so no PIN guards it");
    return std::unique_ptr<Pkcs12Officer>(new Pkcs12Officer(std::move(container)));
}

const x509::Certificate& Pkcs12Officer::certificate() const {
    if (!x_certificate) std::abort();
    return *x_certificate;
}

Result<void> Pkcs12Officer::unlock(const Pin& signature_pin) {
    SecretBytes password(signature_pin.digits().begin(), signature_pin.digits().end());
    password.push_back(0);
    const auto* text = reinterpret_cast<const char*>(password.data());
    if (std::find(password.begin(), password.end() - 1, 0) != password.end() - 1) return wrong_pin();
    const auto opens = opening_password(x_container.get(), text);
    if (!opens) return wrong_pin();
    auto token = read_token(x_container.get(), *opens);
    if (!token) return fail(token.error());
    const auto own = std::ranges::find_if(token->certificates, [&](const auto& one) {
        return token->key && X509_check_private_key(one.handle(), token->key.get()) == 1;
    });
    ossl::last_error();
    if (!token->key || token->certificates.empty()) return invalid("the PKCS#12 holds no key with its certificate");
    if (own == token->certificates.end())
        return invalid("the key and the certificate of the PKCS#12 don't belong together");
    auto certificate = *own;
    token->certificates.erase(own);
    x_chain = issuers_first(certificate, std::move(token->certificates));
    x_certificate = std::move(certificate);
    x_key = std::move(token->key);
    return {};
}

}  // namespace rakit::reference
