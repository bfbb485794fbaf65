#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/net/http.hpp"
#include "mock_cm/core/context.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// CertificateView is a certificate with what the database knows about it.
struct CertificateView {
    CertificateRecord record;
    x509::Certificate certificate;
    std::optional<Revocation> revocation;
};

/// list_entry and details are the JSON of docs/formats/cm-rest.md.
nlohmann::ordered_json list_entry(const CertificateView& view, UtcTime now);
nlohmann::ordered_json details(const CertificateView& view, UtcTime now);

/// rest_json is an answer with a JSON body.
net::HttpResponse rest_json(const nlohmann::ordered_json& body, int status = 200);

/// rest_error is `{"error": number, "msg": "code: message"}` with the HTTP status of the code.
net::HttpResponse rest_error(const Error& error);
net::HttpResponse rest_error(const Error& error, int status);

/// certificate_answer gives a certificate in the first form that the Accept field allows: application/pkix-cert (DER),
/// application/pkcs7-mime (certs-only with its chain, DER), application/pem-certificate-chain. Failure:
/// request_malformed if it allows none of them.
Result<net::HttpResponse> certificate_answer(const Context& context, const x509::Certificate& certificate,
                                             const net::HttpRequest& request);

/// certificate_form_accepted is the check of certificate_answer alone, before anything is done.
Result<std::string> certificate_form_accepted(const net::HttpRequest& request);

}  // namespace rakit::cm
