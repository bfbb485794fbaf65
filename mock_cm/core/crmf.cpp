#include "mock_cm/core/crmf.hpp"

#include <openssl/crmf.h>

#include "common/iso7816/tlv.hpp"
#include "common/ossl/handles.hpp"
#include "mock_cm/core/cmc_syntax.hpp"
#include "mock_cm/core/pkcs10.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

void free_messages(OSSL_CRMF_MSGS* messages) { sk_OSSL_CRMF_MSG_pop_free(messages, OSSL_CRMF_MSG_free); }

using Messages = ossl::Handle<OSSL_CRMF_MSGS, free_messages>;

Unexpected malformed(std::string cause, const std::string& line) {
    ossl::last_error();
    return refuse(ErrorCode::request_malformed, std::move(cause),
                  "Build the CRMF request as RFC 4211 and docs/formats/wire.md say.", line);
}

/// Outline has the two parts that OpenSSL has no accessors for.
struct Outline {
    Bytes spki;
    bool ra_verified = false;
};

std::optional<Outline> outline_of(ByteView der) {
    constexpr std::uint32_t kPublicKey = 0xA6, kRaVerified = 0x80;
    const auto message = iso7816::find_tlv(der, kSequence);
    if (!message) return std::nullopt;
    iso7816::TlvReader reader(message->value);
    const auto request = reader.read_optional(kSequence);
    if (!request) return std::nullopt;
    iso7816::TlvReader inside(request->value);
    inside.read_optional(kInteger);
    const auto wanted = inside.read_optional(kSequence);
    const auto key = wanted ? iso7816::find_tlv(wanted->value, kPublicKey) : std::nullopt;
    if (!key) return std::nullopt;
    return Outline{iso7816::TlvWriter().put(kSequence, key->value).bytes(), reader.peek_tag() == kRaVerified};
}

}  // namespace

Result<void> read_crmf(ByteView der, bool witnessed, OrderLine& line) {
    const unsigned char* cursor = der.data();
    OSSL_CRMF_MSG* message = d2i_OSSL_CRMF_MSG(nullptr, &cursor, static_cast<long>(der.size()));
    if (message == nullptr || cursor != der.data() + der.size()) {
        OSSL_CRMF_MSG_free(message);
        return malformed("the certification request is no CertReqMsg", line.key);
    }
    const Messages messages(sk_OSSL_CRMF_MSG_new_null());
    sk_OSSL_CRMF_MSG_push(messages.get(), message);
    auto outline = outline_of(der);
    if (!outline) return malformed("the certificate template has no public key", line.key);
    if (auto good = read_public_key(std::move(outline->spki), line); !good) return good;
    const X509_NAME* name = OSSL_CRMF_CERTTEMPLATE_get0_subject(OSSL_CRMF_MSG_get0_tmpl(message));
    if (name != nullptr) {
        auto subject = x509::decode_name(ossl::to_der(const_cast<X509_NAME*>(name), i2d_X509_NAME));
        if (!subject) return malformed("the certificate template's subject: " + subject.error().detail, line.key);
        line.subject = *std::move(subject);
    }
    const bool good = OSSL_CRMF_MSGS_verify_popo(messages.get(), 0, 1, nullptr, nullptr) == 1;
    line.possession = good && (witnessed || !outline->ra_verified);
    line.unwitnessed = good && !line.possession;
    ossl::last_error();
    return {};
}

}  // namespace rakit::cm
