#include "mock_cm/pki/ocsp.hpp"

#include <openssl/ocsp.h>

#include <algorithm>

#include "common/x509/serial.hpp"
#include "mock_cm/ca/test_names.hpp"
#include "mock_cm/pki/asn1_values.hpp"
#include "mock_cm/pki/certificate_status.hpp"
#include "mock_cm/pki/crl.hpp"

namespace rakit::cm {
namespace {

using OcspRequest = ossl::Handle<OCSP_REQUEST, OCSP_REQUEST_free>;
using OcspResponse = ossl::Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using OcspBasic = ossl::Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using CertId = ossl::Handle<OCSP_CERTID, OCSP_CERTID_free>;

constexpr std::chrono::days kResponderValidity{7};
constexpr int kMostQuestions = 64;
constexpr int kLongestNonce = 32;  // RFC 8954 section 2.1

Result<Bytes> encoded(const OcspResponse& response) {
    if (!response) return fail(ErrorCode::crypto_failed, "an OCSP answer: " + ossl::last_error());
    return ossl::to_der(response.get(), i2d_OCSP_RESPONSE);
}

Result<OcspAnswer> malformed() {
    ossl::last_error();
    auto der = encoded(OcspResponse(OCSP_response_create(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, nullptr)));
    if (!der) return Unexpected{std::move(der).error()};
    return OcspAnswer{*std::move(der), false};
}

/// issued_by tells whether the CA is the one that a CertID names, with the CertID's own digest.
bool issued_by(OCSP_CERTID* id, const x509::Certificate& ca) {
    ASN1_OBJECT* digest = nullptr;
    OCSP_id_get0_info(nullptr, &digest, nullptr, nullptr, id);
    const EVP_MD* how = digest == nullptr ? nullptr : EVP_get_digestbyobj(digest);
    if (how == nullptr) return false;
    const CertId candidate(
        OCSP_cert_id_new(how, X509_get_subject_name(ca.handle()), X509_get0_pubkey_bitstr(ca.handle()), nullptr));
    return candidate && OCSP_id_issuer_cmp(candidate.get(), id) == 0;
}

/// ca_of finds the CA that a CertID names; empty if it is none of ours.
std::string ca_of(const Hierarchy& hierarchy, OCSP_CERTID* id) {
    for (const auto* name : kCaNames)
        if (issued_by(id, hierarchy.authority(name).certificate)) return name;
    return {};
}

std::string serial_of(OCSP_CERTID* id) {
    ASN1_INTEGER* serial = nullptr;
    OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, id);
    return x509::serial_hex(serial);
}

bool add_status(OCSP_BASICRESP* basic, OCSP_CERTID* id, bool known, const std::optional<Revocation>& against,
                UtcTime now) {
    const auto from = generalized_time_of(now), until = generalized_time_of(now + kListValidity);
    const auto at = generalized_time_of(against ? against->at : now);
    const int status =
        !known ? V_OCSP_CERTSTATUS_UNKNOWN : (against ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD);
    // OpenSSL leaves the reason out for a negative one; unspecified is said by absence.
    const int reason = against && against->reason != 0 ? against->reason : -1;
    return OCSP_basic_add1_status(basic, id, status, reason, at.get(), from.get(), until.get()) != nullptr;
}

bool nonce_is_short(OCSP_REQUEST* request) {
    const int at = OCSP_REQUEST_get_ext_by_NID(request, NID_id_pkix_OCSP_Nonce, -1);
    if (at < 0) return true;
    const auto* value = X509_EXTENSION_get_data(OCSP_REQUEST_get_ext(request, at));
    return ASN1_STRING_length(value) <= kLongestNonce + 2;  // with the inner OCTET STRING's head
}

x509::CertificateTemplate responder_template(const std::string& ca, const EVP_PKEY* key, UtcTime from, UtcTime until,
                                             Rng& rng) {
    x509::CertificateTemplate what;
    what.serial = random_serial(rng);
    what.subject = test_subject("Rakit Test OCSP Responder of " + ca);
    what.spki = ossl::spki(key);
    what.not_before = from;
    what.not_after = until;
    what.key_usage = {"digitalSignature"};
    what.extended_key_usage = {"OCSPSigning"};
    what.extra = {{"1.3.6.1.5.5.7.48.1.5", false, {0x05, 0x00}}};  // id-pkix-ocsp-nocheck
    return what;
}

/// Answering is one request being answered.
class Answering {
public:
    Answering(const Hierarchy& hierarchy, StoreTransaction& store, OCSP_REQUEST* request, UtcTime now)
        : x_hierarchy(hierarchy), x_store(store), x_request(request), x_now(now) {}

    /// one_ca tells whether all questions are about one CA, or about none of ours.
    bool one_ca() {
        const int count = OCSP_request_onereq_count(x_request);
        if (count < 1 || count > kMostQuestions) return false;
        x_ca = ca_of(x_hierarchy, id(0));
        for (int i = 1; i < count; ++i)
            if (ca_of(x_hierarchy, id(i)) != x_ca) return false;
        return true;
    }

    Result<Bytes> answer(const OcspResponders& responders) {
        const OcspBasic basic(OCSP_BASICRESP_new());
        bool done = basic != nullptr;
        for (int i = 0; i < OCSP_request_onereq_count(x_request); ++i) {
            auto against = judge(id(i));
            if (!against) return Unexpected{std::move(against).error()};
            done = done && add_status(basic.get(), id(i), !x_ca.empty(), *against, x_now);
        }
        // Who answers about a CA that isn't ours is of no account; the root's responder does.
        const auto& [certificate, key] = responders.of(x_ca.empty() ? kCaNames.front() : x_ca);
        done = done && OCSP_copy_nonce(basic.get(), x_request) != 0 && sign(basic.get(), certificate, key.get());
        if (!done) return fail(ErrorCode::crypto_failed, "an OCSP answer: " + ossl::last_error());
        return encoded(OcspResponse(OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic.get())));
    }

private:
    OCSP_CERTID* id(int i) const { return OCSP_onereq_get0_id(OCSP_request_onereq_get0(x_request, i)); }

    Result<std::optional<Revocation>> judge(OCSP_CERTID* id) const {
        if (x_ca.empty()) return std::optional<Revocation>();
        return not_good(x_store, x_hierarchy.authority(x_ca).certificate.subject_der(), serial_of(id));
    }

    /// sign takes the time from the host's clock; left to itself OpenSSL would take the machine's.
    bool sign(OCSP_BASICRESP* basic, const x509::Certificate& responder, EVP_PKEY* key) const {
        auto* produced = const_cast<ASN1_GENERALIZEDTIME*>(OCSP_resp_get0_produced_at(basic));
        const ossl::DigestContext context(EVP_MD_CTX_new());
        return produced != nullptr && ASN1_GENERALIZEDTIME_set(produced, x_now.time_since_epoch().count()) != nullptr &&
               context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
               OCSP_basic_sign_ctx(basic, responder.handle(), context.get(), nullptr, OCSP_NOTIME) == 1;
    }

    const Hierarchy& x_hierarchy;
    StoreTransaction& x_store;
    OCSP_REQUEST* x_request;
    UtcTime x_now;
    std::string x_ca;
};

}  // namespace

Result<OcspResponders> OcspResponders::make(const Hierarchy& hierarchy, UtcTime now, Rng& rng) {
    OcspResponders made;
    made.x_from = now - std::chrono::hours(1);
    made.x_until = now + kResponderValidity;
    for (const std::string ca : kCaNames) {
        auto key = ossl::generate_key(ossl::KeyType::ec_p256, rng);
        if (!key) return Unexpected{std::move(key).error()};
        const auto what = responder_template(ca, key->get(), made.x_from, made.x_until, rng);
        auto certificate = hierarchy.issue(ca, what);
        if (!certificate) return Unexpected{std::move(certificate).error()};
        made.x_responders.emplace(ca, Authority{*std::move(certificate), *std::move(key)});
    }
    return made;
}

bool OcspResponders::serves(UtcTime now) const { return now >= x_from && now + kListValidity < x_until; }

Result<OcspAnswer> answer_ocsp(const Hierarchy& hierarchy, const OcspResponders& responders, StoreTransaction& store,
                               ByteView request, UtcTime now) {
    const unsigned char* cursor = request.data();
    const OcspRequest parsed(d2i_OCSP_REQUEST(nullptr, &cursor, static_cast<long>(request.size())));
    if (!parsed || cursor != request.data() + request.size() || !nonce_is_short(parsed.get())) return malformed();
    Answering answering(hierarchy, store, parsed.get(), now);
    if (!answering.one_ca()) return malformed();
    auto der = answering.answer(responders);
    if (!der) return Unexpected{std::move(der).error()};
    return OcspAnswer{*std::move(der), true};
}

}  // namespace rakit::cm
