#include "mock_cm/core/certificates.hpp"

#include <algorithm>

#include "mock_cm/core/fields.hpp"
#include "mock_cm/core/qc_policy.hpp"
#include "mock_cm/core/qc_statements.hpp"

namespace rakit::cm {
namespace {

void set_validity(const Context& context, const CertificateProcedure& procedure, const Order& order,
                  const x509::Certificate& issuer, x509::CertificateTemplate& what) {
    what.not_before = std::max(order.not_before.value_or(context.now), context.now);
    if (context.config.deviations.not_yet_valid) what.not_before += std::chrono::days(1);
    what.not_after = what.not_before + procedure.validity;
    if (order.not_after) what.not_after = std::min(what.not_after, *order.not_after);
    // An expired CA would leave no validity at all.
    if (!context.config.deviations.expired_ca) what.not_after = std::min(what.not_after, issuer.not_after());
}

void set_addresses(const Context& context, const std::string& authority, x509::CertificateTemplate& what) {
    const auto& url = context.config.public_url;
    if (url.empty()) return;
    what.crl_urls = {url + "/crl/" + authority + ".crl"};
    what.ocsp_urls = {url + "/ocsp"};
}

}  // namespace

std::string issuing_authority(const Context& context, const CertificateProcedure& procedure) {
    if (context.config.deviations.wrong_ca) return "untrusted-ca";
    return context.config.deviations.expired_ca ? "expired-ca" : procedure.issuer;
}

Result<x509::Certificate> make_certificate(const Context& context, const CertificateProcedure& procedure,
                                           const Order& order, const OrderLine& line, Bytes serial, Bytes spki) {
    const auto authority = issuing_authority(context, procedure);
    x509::CertificateTemplate what;
    what.serial = std::move(serial);
    what.subject = line.subject;
    what.spki = std::move(spki);
    set_validity(context, procedure, order, context.hierarchy.authority(authority).certificate, what);
    what.ca = procedure.ca;
    if (procedure.ca) what.path_length = 0;
    what.key_usage = procedure.key_usage;
    what.extended_key_usage = procedure.extended_key_usage;
    what.policies = procedure.policies;
    if (const auto email = email_of(order); !email.empty()) what.subject_alternative_names = {"email:" + email};
    set_addresses(context, authority, what);
    if (const auto qc = merged_qc(procedure, line); !qc.empty())
        what.extra.push_back({kQcStatementsOid, false, qc_extension(qc)});
    return context.hierarchy.issue(authority, what);
}

}  // namespace rakit::cm
