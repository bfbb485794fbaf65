#include "mock_cm/core/policy.hpp"

#include <algorithm>
#include <array>

#include "mock_cm/core/issuer_constraints.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {

Result<const CertificateProcedure*> certificate_procedure_for(const Context& context, const TokenProcedure& procedure,
                                                              const OrderLine& line) {
    const CertificateProcedure* found = nullptr;
    for (const auto& name : procedure.certificate_procedures) {
        const auto* one = context.config.certificate_procedure(name);
        if (one == nullptr || !one->active || !one->fits(line.usage)) continue;
        if (found != nullptr)
            return refuse(ErrorCode::ambiguous_certificate_procedure,
                          "the usage of key " + line.key + " fits the certificate procedures '" + found->name +
                              "' and '" + one->name + "' of '" + procedure.name + "'",
                          "Leave one certificate procedure for each key usage in the token procedure.", line.key);
        found = one;
    }
    if (found != nullptr) return found;
    std::string usage;
    for (const auto& word : line.usage) usage += (usage.empty() ? "" : ", ") + word;
    return refuse(ErrorCode::no_certificate_procedure,
                  "no active certificate procedure of '" + procedure.name + "' fits key " + line.key +
                      " with the usage (" + usage + ")",
                  "Choose another procedure, or add a certificate procedure for this key usage.", line.key);
}

std::vector<std::string> only_usage(const Context& context, const TokenProcedure& procedure) {
    const CertificateProcedure* only = nullptr;
    for (const auto& name : procedure.certificate_procedures) {
        const auto* one = context.config.certificate_procedure(name);
        if (one == nullptr || !one->active) continue;
        if (only != nullptr) return {};
        only = one;
    }
    return only == nullptr ? std::vector<std::string>() : (only->for_keys.empty() ? only->key_usage : only->for_keys);
}

Result<void> judge_visible(const Context& context, const TokenProcedure& procedure, const Order& order,
                           const Officer& officer) {
    for (const auto& line : order.lines) {
        const auto how = certificate_procedure_for(context, procedure, line);
        if (!how) continue;
        const auto& issuer = context.hierarchy.authority((*how)->issuer).certificate.subject();
        if (!may_use_issuer(officer.issuer_constraints, issuer))
            return refuse(ErrorCode::issuer_constraint,
                          "officer '" + officer.name + "' may not have certificates issued by '" +
                              x509::to_string(issuer) + "', which '" + (*how)->name + "' uses",
                          "Choose a procedure of another CA, or let another officer do it.", line.key);
    }
    if (!officer.sees(procedure.domain))
        return refuse(ErrorCode::domain_not_visible,
                      "the token procedure '" + procedure.name + "' is of the domain '" + procedure.domain +
                          "', which officer '" + officer.name + "' does not see",
                      "Choose a procedure of your domain.");
    return {};
}

Result<const TokenProcedure*> judge_procedure(const Context& context, const Order& order, const Officer& officer) {
    const auto* procedure = context.config.token_procedure(order.procedure);
    if (procedure != nullptr)
        if (auto good = judge_visible(context, *procedure, order, officer); !good)
            return Unexpected{std::move(good).error()};
    if (procedure == nullptr)
        return refuse(ErrorCode::procedure_unknown, "there is no token procedure '" + order.procedure + "'",
                      "Choose one that GET /ra/procedures lists.");
    if (!procedure->active)
        return refuse(ErrorCode::procedure_closed,
                      "the token procedure '" + order.procedure + "' is in the state Closed",
                      "Choose an active one, or have its state set to Active.");
    // Without a profile there is no card: the dialect issues for a bare key.
    if (!order.card_profile.empty() && std::find(procedure->profiles.begin(), procedure->profiles.end(),
                                                 order.card_profile) == procedure->profiles.end())
        return refuse(ErrorCode::storage_profile_mismatch,
                      "the token procedure '" + order.procedure + "' is not for cards with the storage profile '" +
                          order.card_profile + "'",
                      "Choose a procedure for this kind of card.");
    for (const auto& line : order.lines)
        if (auto found = certificate_procedure_for(context, *procedure, line); !found)
            return Unexpected{std::move(found).error()};
    return procedure;
}

Result<void> judge_card(const Context& context, const TokenProcedure& procedure, const Order& order) {
    if (procedure.serials && !procedure.serials->contains(order.card_serial))
        return refuse(ErrorCode::card_serial_out_of_range,
                      "the card's serial number " + order.card_serial + " is outside " + procedure.serials->first +
                          " to " + procedure.serials->last + " of the token procedure '" + procedure.name + "'",
                      "Choose the procedure for this series of cards.");
    for (const auto& officer : context.config.officers)
        if (officer.entity_type == EntityType::static_token && officer.card_serial == order.card_serial)
            return refuse(
                ErrorCode::static_token_officer_card,
                "the card " + order.card_serial + " is bound to the static-token officer '" + officer.name + "'",
                "A static-token officer's card cannot be updated: issue a new card.");
    if (procedure.known_cards_only && context.config.card(order.card_serial) == nullptr)
        return refuse(ErrorCode::card_unknown,
                      "the card " + order.card_serial + " is not in the CM's register, and the token procedure '" +
                          procedure.name + "' is for known cards only",
                      "Register the card, or choose another procedure.");
    return {};
}

namespace {

/// kIssuers are the CAs that certificate procedures may name.
constexpr std::array kIssuers{"end-user-ca", "root"};

bool reuses_key(const OrderLine& line) {
    if (line.action == Action::add) return true;
    return line.action == Action::redo && !line.has_tc;
}

Result<void> judge_reuse(StoreTransaction& store, const TokenProcedure& procedure, const OrderLine& line) {
    auto issued = store.certificates_by_key(line.spki);
    if (!issued) return Unexpected{std::move(issued).error()};
    if (issued->empty() && !reuses_key(line)) return {};
    return refuse(ErrorCode::key_reuse_forbidden,
                  "key " + line.key + " has a certificate already, and the token procedure '" + procedure.name +
                      "' forbids another on the same key",
                  "Choose a procedure that allows key reuse.", line.key);
}

}  // namespace

Result<void> judge_keys(StoreTransaction& store, const TokenProcedure& procedure, const Order& order) {
    for (const auto& line : order.lines)
        if (line.unwitnessed)
            return refuse(ErrorCode::pop_failed,
                          "the request of key " + line.key + " says raVerified, and no lraPOPWitness vouches for it",
                          "Prove possession to the RA, and name the request in lraPOPWitness.", line.key);
        else if (!line.possession)
            return refuse(ErrorCode::pop_failed,
                          "the certification request of key " + line.key + " is not signed by that key",
                          "Sign the PKCS#10 with the card's key.", line.key);
    if (procedure.key_reuse) return {};
    for (const auto& line : order.lines)
        if (auto good = judge_reuse(store, procedure, line); !good) return good;
    return {};
}

Result<void> judge_revocations(const Context& context, const Order& order) {
    for (const auto& request : order.revoke_requests) {
        const auto line = std::find_if(order.lines.begin(), order.lines.end(),
                                       [&](const auto& one) { return one.replaces == request.target; });
        const bool ours = std::any_of(kIssuers.begin(), kIssuers.end(), [&](const char* name) {
            return request.target.issuer == context.hierarchy.authority(name).certificate.subject_der();
        });
        if (line == order.lines.end() || !ours)
            return refuse(ErrorCode::revoke_target_unknown,
                          "certificate " + request.target.serial + " is not one of this CM's that the order replaces",
                          "Ask only for the revocation of certificates that a Redo line replaces.",
                          line == order.lines.end() ? "" : line->key);
        constexpr int kSuperseded = 4;
        if (request.reason != kSuperseded)
            return refuse(ErrorCode::request_malformed,
                          "the reason of a replaced certificate's revocation is superseded (4)",
                          "Send revokeRequest with reason 4.");
    }
    return {};
}

}  // namespace rakit::cm
