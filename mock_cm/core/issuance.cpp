#include "mock_cm/core/issuance.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mock_cm/ca/test_names.hpp"
#include "mock_cm/core/certificates.hpp"
#include "mock_cm/core/fields.hpp"
#include "mock_cm/core/policy.hpp"
#include "mock_cm/core/qc_policy.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/tc_controls.hpp"

namespace rakit::cm {
namespace {

/// fresh_serial draws one that no certificate of the issuer has.
Result<Bytes> fresh_serial(const Context& context, StoreTransaction& store, ByteView issuer) {
    for (int tries = 0; tries < 8; ++tries) {
        Bytes serial = random_serial(context.rng);
        auto taken = store.certificate(issuer, to_hex(serial));
        if (!taken) return Unexpected{std::move(taken).error()};
        if (!*taken) return serial;
    }
    return fail(ErrorCode::cm_internal, "the random numbers repeat", {}, "Check the CM's random number generator.");
}

/// key_to_certify is the line's, unless a deviation takes another.
Result<Bytes> key_to_certify(const Context& context, const Order& order, std::size_t position) {
    const auto& deviations = context.config.deviations;
    if (deviations.swapped_certificates) return order.lines[(position + 1) % order.lines.size()].spki;
    if (!deviations.other_key) return order.lines[position].spki;
    auto other = ossl::generate_key(ossl::KeyType::ec_p256, context.rng);
    if (!other) return Unexpected{std::move(other).error()};
    return ossl::spki(other->get());
}

Result<x509::Certificate> issue_certificate(const Context& context, StoreTransaction& store,
                                            const CertificateProcedure& procedure, const Order& order,
                                            std::size_t position) {
    const auto& issuer = context.hierarchy.authority(issuing_authority(context, procedure)).certificate;
    auto serial = fresh_serial(context, store, issuer.subject_der());
    if (!serial) return Unexpected{std::move(serial).error()};
    auto spki = key_to_certify(context, order, position);
    if (!spki) return Unexpected{std::move(spki).error()};
    return make_certificate(context, procedure, order, order.lines[position], *std::move(serial), *std::move(spki));
}

CertificateRecord certificate_record(const Context& context, const Order& order, const OrderLine& line,
                                     const x509::Certificate& certificate, const OrderRecord& record) {
    CertificateRecord row;
    row.issuer = certificate.issuer_der();
    row.serial = certificate.serial_hex();
    row.der = certificate.der();
    row.parsed = certificate;
    row.spki = certificate.spki();
    row.card_serial = order.card_serial;
    row.key = line.key;
    row.transaction_id = record.transaction_id;
    row.issued = context.now;
    return row;
}

/// issuer_certificates lists the issuing CAs of the active certificate procedures, each once.
std::vector<x509::Certificate> issuer_certificates(const Context& context, const TokenProcedure& procedure) {
    if (!procedure.stores_issuer_certificates) return {};
    std::vector<x509::Certificate> list;
    for (const auto& name : procedure.certificate_procedures)
        if (const auto* one = context.config.certificate_procedure(name); one != nullptr && one->active)
            if (const auto& issuer = context.hierarchy.authority(one->issuer).certificate;
                std::find(list.begin(), list.end(), issuer) == list.end())
                list.push_back(issuer);
    return list;
}

void plan_revocations(const TokenProcedure& procedure, const Order& order, OrderRecord& record) {
    if (!procedure.revoke_on_redo) return;
    for (const auto& request : order.revoke_requests)
        record.revokes.push_back({request.target.issuer, request.target.serial, request.reason});
}

std::string response_info(const OrderRecord& record, const std::vector<x509::Certificate>& issued,
                          const std::vector<x509::Certificate>& issuers) {
    auto lines = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < record.items.size(); ++i)
        lines.push_back({{"key", record.items[i].key},
                         {"bodyPartId", record.items[i].body_part_id},
                         {"sha256", to_hex(issued[i].sha256())}});
    auto issuer_digests = nlohmann::ordered_json::array();
    for (const auto& issuer : issuers) issuer_digests.push_back(to_hex(issuer.sha256()));
    auto revoked = nlohmann::ordered_json::array();
    for (const auto& target : record.revokes) revoked.push_back(target.serial);
    return nlohmann::ordered_json{
        {"version", 1}, {"lines", lines}, {"issuerCertificates", issuer_digests}, {"revoked", revoked}}
        .dump();
}

Result<std::vector<x509::Certificate>> issued_certificates(StoreTransaction& store, const OrderRecord& record) {
    std::vector<x509::Certificate> list;
    for (const auto& item : record.items) {
        auto row = store.certificate(item.issuer, item.serial);
        if (!row) return Unexpected{std::move(row).error()};
        if (!*row) return fail(ErrorCode::cm_internal, "an order's certificate is not in the store");
        auto parsed = x509::Certificate::parse((*row)->der);
        if (!parsed) return Unexpected{std::move(parsed).error()};
        list.push_back(*std::move(parsed));
    }
    return list;
}

}  // namespace

Result<std::vector<x509::Certificate>> issue_lines(const Context& context, StoreTransaction& store,
                                                   const TokenProcedure& procedure, const Order& order,
                                                   OrderRecord& record) {
    std::vector<x509::Certificate> issued;
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        const auto& line = order.lines[i];
        auto how = certificate_procedure_for(context, procedure, line);
        if (!how) return Unexpected{std::move(how).error()};
        auto certificate = issue_certificate(context, store, **how, order, i);
        if (!certificate) return Unexpected{std::move(certificate).error()};
        const auto row = certificate_record(context, order, line, *certificate, record);
        if (auto done = store.put_certificate(row); !done) return Unexpected{std::move(done).error()};
        const bool exchanges = line.tc && line.action == Action::redo;
        record.items.push_back({line.id, line.key, row.issuer, row.serial, exchanges ? line.tc->sha256() : Bytes()});
        issued.push_back(*std::move(certificate));
    }
    return issued;
}

Result<const TokenProcedure*> judge_order(const Context& context, StoreTransaction& store, const Order& order,
                                          const Officer& officer) {
    auto procedure = judge_procedure(context, order, officer);
    if (!procedure) return procedure;
    const auto judge = [&]() -> Result<void> {
        if (auto good = judge_card(context, **procedure, order); !good) return good;
        if (auto good = judge_tc_lines(**procedure, order); !good) return good;
        for (const auto& line : order.lines)
            if (auto good = judge_tc(context, store, **procedure, order, line); !good) return good;
        if (auto good = judge_keys(store, **procedure, order); !good) return good;
        if (auto good = judge_fields(context, **procedure, order, officer); !good) return good;
        if (auto good = judge_qc(context, **procedure, order, officer); !good) return good;
        return judge_revocations(context, order);
    };
    if (auto good = judge(); !good) return Unexpected{std::move(good).error()};
    return procedure;
}

Result<std::vector<x509::Certificate>> issue_order(const Context& context, StoreTransaction& store,
                                                   const TokenProcedure& procedure, const Order& order,
                                                   OrderRecord& record) {
    plan_revocations(procedure, order, record);
    auto issued = issue_lines(context, store, procedure, order, record);
    if (!issued) return issued;
    record.state = OrderState::pending_confirmation;
    if (!procedure.confirmation)
        if (auto done = complete_order(context, store, record); !done) return Unexpected{std::move(done).error()};
    return issued;
}

Result<Reply> issued_reply(const Context& context, StoreTransaction& store, const OrderRecord& record) {
    auto issued = issued_certificates(store, record);
    if (!issued) return Unexpected{std::move(issued).error()};
    return issued_reply(context, record, *std::move(issued));
}

Reply issued_reply(const Context& context, const OrderRecord& record, std::vector<x509::Certificate> issued) {
    const auto* procedure = context.config.token_procedure(record.procedure);
    const auto issuers =
        procedure == nullptr ? std::vector<x509::Certificate>() : issuer_certificates(context, *procedure);
    Reply reply;
    reply.response.status.emplace();
    reply.response.status->status =
        record.state == OrderState::pending_confirmation ? kStatusConfirmRequired : kStatusSuccess;
    for (const auto& item : record.items) reply.response.status->body_list.push_back(item.body_part_id);
    reply.response.response_info = response_info(record, issued, issuers);
    reply.bag = std::move(issued);
    reply.bag.insert(reply.bag.end(), issuers.begin(), issuers.end());
    // The RA could not build the chain without it, and would never come to look at its validity.
    if (context.config.deviations.expired_ca)
        reply.bag.push_back(context.hierarchy.authority("expired-ca").certificate);
    return reply;
}

Result<void> complete_order(const Context& context, StoreTransaction& store, OrderRecord& record) {
    for (const auto& item : record.items) {
        if (item.uses_tc.empty()) continue;
        auto used = store.tc_used(item.uses_tc);
        if (!used) return Unexpected{std::move(used).error()};
        if (*used)
            return refuse(
                ErrorCode::tc_already_used,
                "the transport certificate of key " + item.key + " was exchanged by another order in the meantime",
                "Read the card again: what this order issued is revoked.", item.key);
    }
    for (const auto& item : record.items) {
        auto row = store.certificate(item.issuer, item.serial);
        if (!row) return Unexpected{std::move(row).error()};
        if (!*row) return fail(ErrorCode::cm_internal, "an order's certificate is not in the store");
        (*row)->active = true;
        if (auto done = store.put_certificate(**row); !done) return done;
        if (item.uses_tc.empty()) continue;
        if (auto done = store.put_used_tc(item.uses_tc, record.transaction_id); !done) return done;
    }
    for (const auto& target : record.revokes)
        if (auto done = store.put_revocation({target.issuer, target.serial, target.reason, context.now}); !done)
            return done;
    record.state = OrderState::completed;
    return {};
}

Result<void> abandon_order(const Context& context, StoreTransaction& store, OrderRecord& record) {
    constexpr int kCessationOfOperation = 5;
    for (const auto& item : record.items)
        if (auto done = store.put_revocation({item.issuer, item.serial, kCessationOfOperation, context.now}); !done)
            return done;
    record.state = OrderState::failed;
    return {};
}

}  // namespace rakit::cm
