#include "mock_cm/core/tc_controls.hpp"

#include <algorithm>

#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

Result<void> judge_presence(const TokenProcedure& procedure, const OrderLine& line) {
    if (!procedure.tc_controls && line.has_tc)
        return refuse(ErrorCode::tc_control_missing,
                      "key " + line.key + " has a transport certificate, and the token procedure '" + procedure.name +
                          "' has no controls for one",
                      "Choose a procedure with TC controls.", line.key);
    if (procedure.tc_controls && !line.has_tc)
        return refuse(ErrorCode::tc_missing,
                      "key " + line.key + " has no transport certificate, which the token procedure '" +
                          procedure.name + "' requires",
                      "Choose a procedure without TC controls; this key was exchanged already.", line.key);
    if (line.has_tc && line.action == Action::add && !procedure.tc_controls->add_allowed)
        return refuse(ErrorCode::tc_wrong_action,
                      "Add would leave the transport certificate on key " + line.key + ", and '" + procedure.name +
                          "' does not allow that",
                      "Choose Redo, which replaces the transport certificate.", line.key);
    return {};
}

Result<void> judge_issuer(const Context& context, const TcControls& controls, const OrderLine& line) {
    const auto& tc = *line.tc;
    for (const auto& name : controls.issuers) {
        const auto& issuer = context.hierarchy.authority(name).certificate;
        if (issuer.subject_der() != tc.issuer_der()) continue;
        if (!tc.signed_by(issuer))
            return refuse(ErrorCode::tc_bad_signature,
                          "the transport certificate of key " + line.key + " names the issuer '" +
                              x509::to_string(tc.issuer()) + "' but is not signed by it",
                          "The certificate is damaged or forged: have the card examined.", line.key);
        if (x509::chains(tc, {}, {issuer}, std::nullopt)) return {};
    }
    return refuse(ErrorCode::tc_untrusted,
                  "the transport certificate of key " + line.key + " was issued by '" + x509::to_string(tc.issuer()) +
                      "', no TC issuer of the procedure",
                  "Choose the procedure for cards of this supplier, or add the issuer to its TC controls.", line.key);
}

Result<void> judge_validity(const Context& context, const OrderLine& line) {
    if (context.now < line.tc->not_before())
        return refuse(
            ErrorCode::tc_not_yet_valid,
            "the transport certificate of key " + line.key + " is valid from " + to_iso8601(line.tc->not_before()),
            "Wait, or check the CM's clock.", line.key);
    if (context.now > line.tc->not_after())
        return refuse(
            ErrorCode::tc_expired,
            "the transport certificate of key " + line.key + " expired at " + to_iso8601(line.tc->not_after()),
            "Have the card's supplier replace the card.", line.key);
    return {};
}

Unexpected revoked_tc(const OrderLine& line, UtcTime at, const char* where) {
    return refuse(ErrorCode::tc_revoked,
                  "the transport certificate of key " + line.key + " was revoked at " + to_iso8601(at) + where,
                  "Do not use this card; ask its supplier.", line.key);
}

Result<void> judge_revocation(const Context& context, StoreTransaction& store, const TcControls& controls,
                              const OrderLine& line) {
    for (const auto& crl : context.config.crls)
        for (const auto& name : controls.issuers)
            if (crl.is_of(context.hierarchy.authority(name).certificate))
                if (const auto at = crl.revoked_at(*line.tc)) return revoked_tc(line, *at, ", says its issuer's CRL");
    auto revoked = store.revocation(line.tc->issuer_der(), line.tc->serial_hex());
    if (!revoked) return Unexpected{std::move(revoked).error()};
    if (!*revoked) return {};
    return revoked_tc(line, (*revoked)->at, "");
}

Result<void> judge_binding(const TcControls& controls, const Order& order, const OrderLine& line) {
    const auto policies = line.tc->policies();
    if (std::find(policies.begin(), policies.end(), controls.policy) == policies.end())
        return refuse(ErrorCode::tc_wrong_policy,
                      "the certificate of key " + line.key + " does not carry the transport policy " + controls.policy,
                      "Choose the procedure whose policy the card's supplier uses.", line.key);
    const auto usages = line.tc->extended_key_usages();
    if (!controls.extended_key_usage.empty() &&
        std::find(usages.begin(), usages.end(), controls.extended_key_usage) == usages.end())
        return refuse(
            ErrorCode::tc_wrong_policy,
            "the certificate of key " + line.key + " lacks the extended key usage " + controls.extended_key_usage,
            "Choose the procedure whose policy the card's supplier uses.", line.key);
    if (line.tc->spki() != line.spki)
        return refuse(ErrorCode::tc_key_mismatch,
                      "the transport certificate of key " + line.key + " is for another key than the request",
                      "Read the card again and use the certificate of this key.", line.key);
    const std::string serial = x509::attribute(line.tc->subject(), "serialNumber");
    if (serial != order.card_serial)
        return refuse(ErrorCode::tc_serial_out_of_range,
                      "the transport certificate of key " + line.key + " is for the card '" + serial +
                          "', this one is " + order.card_serial,
                      "The certificate belongs to another card: have the card examined.", line.key);
    if (!line.possession)
        return refuse(
            ErrorCode::tc_no_possession,
            "the certification request is not signed by the key of the transport certificate on key " + line.key,
            "Sign the PKCS#10 with the card's key.", line.key);
    return {};
}

}  // namespace

Result<void> judge_tc_lines(const TokenProcedure& procedure, const Order& order) {
    for (const auto& line : order.lines)
        if (auto good = judge_presence(procedure, line); !good) return good;
    return {};
}

Result<void> judge_tc(const Context& context, StoreTransaction& store, const TokenProcedure& procedure,
                      const Order& order, const OrderLine& line) {
    if (!line.tc || !procedure.tc_controls) return {};
    const auto& controls = *procedure.tc_controls;
    if (auto good = judge_issuer(context, controls, line); !good) return good;
    if (auto good = judge_validity(context, line); !good) return good;
    if (auto good = judge_revocation(context, store, controls, line); !good) return good;
    if (auto good = judge_binding(controls, order, line); !good) return good;
    auto used = store.tc_used(line.tc->sha256());
    if (!used) return Unexpected{std::move(used).error()};
    if (*used)
        return refuse(ErrorCode::tc_already_used,
                      "the transport certificate of key " + line.key + " was exchanged before by a completed order",
                      "Read the card again; if the transport certificate is still on it, have the card examined.",
                      line.key);
    return {};
}

}  // namespace rakit::cm
