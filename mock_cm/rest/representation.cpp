#include "mock_cm/rest/representation.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "mock_cm/core/cms.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/web/media_type.hpp"

namespace rakit::cm {
namespace {

using nlohmann::ordered_json;

constexpr const char* kDer = "application/pkix-cert";
constexpr const char* kPkcs7 = "application/pkcs7-mime";
constexpr const char* kPem = "application/pem-certificate-chain";
constexpr int kNotAcceptable = 406;

ordered_json key_usage_words(const x509::Certificate& certificate) {
    constexpr std::array kWords{std::pair{KU_DIGITAL_SIGNATURE, "digitalSignature"},
                                std::pair{KU_NON_REPUDIATION, "nonRepudiation"},
                                std::pair{KU_KEY_ENCIPHERMENT, "keyEncipherment"},
                                std::pair{KU_DATA_ENCIPHERMENT, "dataEncipherment"},
                                std::pair{KU_KEY_AGREEMENT, "keyAgreement"},
                                std::pair{KU_KEY_CERT_SIGN, "keyCertSign"},
                                std::pair{KU_CRL_SIGN, "cRLSign"}};
    auto words = ordered_json::array();
    const unsigned bits = certificate.key_usage().value_or(0);
    for (const auto& [bit, word] : kWords)
        if ((bits & static_cast<unsigned>(bit)) != 0) words.push_back(word);
    return words;
}

ordered_json octets(const ASN1_OCTET_STRING* value) {
    if (value == nullptr) return nullptr;
    return to_hex(ByteView(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value))));
}

const char* status_of(const CertificateView& view) {
    if (view.revocation) return "revoked";
    return view.record.active ? "active" : "onHold";
}

const char* validity_of(const x509::Certificate& certificate, UtcTime now) {
    if (now < certificate.not_before()) return "notYetValid";
    return now > certificate.not_after() ? "expired" : "valid";
}

/// chain_of gives the certificate and the CAs above it.
std::vector<x509::Certificate> chain_of(const Context& context, const x509::Certificate& certificate) {
    std::vector<x509::Certificate> chain{certificate};
    const auto authorities = ca_certificates(context.hierarchy);
    bool grown = true;
    while (grown && !chain.back().self_issued()) {
        grown = false;
        for (const auto& one : authorities)
            if (one.subject_der() == chain.back().issuer_der() && chain.back().signed_by(one)) {
                chain.push_back(one);
                grown = true;
                break;
            }
    }
    return chain;
}

}  // namespace

ordered_json list_entry(const CertificateView& view, UtcTime now) {
    const auto& certificate = view.certificate;
    ordered_json entry;
    entry["certid"] = view.record.id;
    entry["status"] = status_of(view);
    entry["reason"] = view.revocation ? ordered_json(view.revocation->reason) : ordered_json();
    entry["revocationtime"] = view.revocation ? ordered_json(to_iso8601(view.revocation->at)) : ordered_json();
    entry["validfrom"] = to_iso8601(certificate.not_before());
    entry["validto"] = to_iso8601(certificate.not_after());
    entry["certificateserialnumber"] = view.record.serial;
    entry["subject"] = x509::to_string(certificate.subject());
    entry["issuer"] = x509::to_string(certificate.issuer());
    entry["keyusage"] = key_usage_words(certificate);
    entry["subjectType"] = certificate.is_ca() ? "ca" : "endEntity";
    entry["authorityKeyIdentifier"] = octets(X509_get0_authority_key_id(certificate.handle()));
    entry["subjectKeyIdentifier"] = octets(X509_get0_subject_key_id(certificate.handle()));
    entry["validity"] = validity_of(certificate, now);
    return entry;
}

ordered_json details(const CertificateView& view, UtcTime now) {
    auto body = list_entry(view, now);
    body["cardSerialNumber"] = view.record.card_serial;
    body["key"] = view.record.key;
    body["issued"] = to_iso8601(view.record.issued);
    body["sha256"] = to_hex(view.certificate.sha256());
    body["extendedkeyusage"] = view.certificate.extended_key_usages();
    body["policies"] = view.certificate.policies();
    body["certificate"] = to_base64(view.certificate.der());
    return body;
}

net::HttpResponse rest_json(const ordered_json& body, int status) {
    return {status,
            {{"content-type", "application/json"}, {"cache-control", "no-store"}},
            to_bytes(body.dump(-1, ' ', false, ordered_json::error_handler_t::replace))};
}

net::HttpResponse rest_error(const Error& error, int status) {
    const Error shown = internal_error(error);
    const auto text = std::string(name(shown.code)) + ": " + shown.detail +
                      (shown.remedy.empty() ? std::string() : " - " + shown.remedy);
    return rest_json({{"error", info(shown.code).number.value_or(1)}, {"msg", text}}, status);
}

net::HttpResponse rest_error(const Error& error) {
    const auto shown = internal_error(error);
    return rest_error(shown, shown.code == ErrorCode::request_malformed ? 400 : error_response(shown).status);
}

Result<std::string> certificate_form_accepted(const net::HttpRequest& request) {
    const auto accept = request.headers.find("accept");
    const auto form = accepted(accept == request.headers.end() ? "" : accept->second, {kDer, kPkcs7, kPem});
    if (form) return *form;
    return refuse(ErrorCode::request_malformed, "none of the accepted media types can be given",
                  std::string("Accept ") + kDer + ", " + kPkcs7 + " or " + kPem + ".");
}

Result<net::HttpResponse> certificate_answer(const Context& context, const x509::Certificate& certificate,
                                             const net::HttpRequest& request) {
    const auto form = certificate_form_accepted(request);
    if (!form) return rest_error(form.error(), kNotAcceptable);
    if (*form == kDer) return net::HttpResponse{200, {{"content-type", kDer}}, certificate.der()};
    const auto chain = chain_of(context, certificate);
    if (*form == kPem) {
        std::string text;
        for (const auto& one : chain) text += x509::to_pem(one);
        return net::HttpResponse{200, {{"content-type", kPem}}, to_bytes(text)};
    }
    auto message = certs_only(chain);
    if (!message) return Unexpected{std::move(message).error()};
    return net::HttpResponse{
        200, {{"content-type", std::string(kPkcs7) + "; smime-type=certs-only"}}, *std::move(message)};
}

}  // namespace rakit::cm
