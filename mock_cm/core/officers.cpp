#include "mock_cm/core/officers.hpp"

#include <algorithm>

#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

constexpr const char* kCmcRa = "1.3.6.1.5.5.7.3.28";

std::string_view role_name(Role role) {
    switch (role) {
        case Role::use_clients: return "Use Clients";
        case Role::issue_certificate: return "Issue certificate";
        case Role::recover_key: return "Recover key";
        case Role::revoke_certificate: return "Revoke certificate";
    }
    return "";
}

bool may_sign(const Officer& officer, const x509::Certificate& certificate) {
    const auto usages = certificate.extended_key_usages();
    return officer.kind == OfficerKind::registration && std::find(usages.begin(), usages.end(), kCmcRa) != usages.end();
}

Result<void> judge_certificate(const Context& context, StoreTransaction& store, const x509::Certificate& certificate,
                               const std::string& who) {
    if (context.now < certificate.not_before() || context.now > certificate.not_after())
        return refuse(ErrorCode::officer_certificate_expired,
                      who + " has a certificate that is valid from " + to_iso8601(certificate.not_before()) + " to " +
                          to_iso8601(certificate.not_after()) + " only",
                      "Give the officer a new certificate.");
    auto revoked = store.revocation(certificate.issuer_der(), certificate.serial_hex());
    if (!revoked) return Unexpected{std::move(revoked).error()};
    if (*revoked)
        return refuse(ErrorCode::officer_certificate_revoked,
                      who + " has a certificate that was revoked at " + to_iso8601((*revoked)->at),
                      "Give the officer a new certificate.");
    return {};
}

bool by_officer_ca(const Context& context, const x509::Certificate& certificate) {
    if (context.proven.holds(certificate)) return true;
    const auto& authority = context.hierarchy.authority("officer-ca").certificate;
    // Validity is judged apart, so that an expired officer is told so.
    if (certificate == authority || !x509::chains(certificate, {}, {authority}, std::nullopt)) return false;
    context.proven.remember(certificate);
    return true;
}

}  // namespace

const Officer* find_officer(const Context& context, const x509::Certificate& certificate) {
    if (!by_officer_ca(context, certificate)) return nullptr;
    const std::string common_name = x509::attribute(certificate.subject(), "CN");
    for (const auto& officer : context.config.officers)
        if (officer.name == common_name &&
            (officer.certificate.empty() || officer.certificate == to_hex(certificate.sha256())))
            return &officer;
    return nullptr;
}

Result<const Officer*> judge_officer(const Context& context, StoreTransaction& store,
                                     const x509::Certificate& certificate, OfficerUse use,
                                     std::span<const Role> needed) {
    const Officer* officer = find_officer(context, certificate);
    const std::string does = use == OfficerUse::signs ? "signed the request" : "opened the connection";
    if (officer == nullptr)
        return refuse(ErrorCode::officer_unknown,
                      "the certificate '" + x509::to_string(certificate.subject()) + "' that " + does +
                          " belongs to no officer of this CM",
                      "Use an officer's credential from this CM's officer CA, or register the officer.");
    const std::string profile = officer->profile.empty() ? "" : " (" + officer->profile + ")";
    const std::string who = "officer '" + officer->name + "'" + profile + ", who " + does + ",";
    if (!officer->active)
        return refuse(ErrorCode::officer_closed, who + " is in the state Closed",
                      "Have the officer's state set to Active.");
    if (auto good = judge_certificate(context, store, certificate, who); !good)
        return Unexpected{std::move(good).error()};
    for (const Role role : needed)
        if (!officer->has(role))
            return refuse(ErrorCode::officer_role_missing,
                          who + " does not have the role '" + std::string(role_name(role)) + "'",
                          "Give the officer the role, or let another officer do it.");
    if (use == OfficerUse::signs && !may_sign(*officer, certificate))
        return refuse(ErrorCode::officer_not_allowed_to_sign,
                      who + " is an authentication officer, or the certificate lacks the extended key usage cmcRA",
                      "Let a registration officer sign; an authentication officer may only open the connection.");
    return officer;
}

}  // namespace rakit::cm
