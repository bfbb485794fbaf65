#include "scenarios/runner/cm_side.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/document/document.hpp"
#include "mock_cm/core/crl.hpp"
#include "mock_cm/pki/crl.hpp"
#include "mock_cm/store/sqlite_store.hpp"
#include "scenarios/iut/typist.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

constexpr std::size_t kWholeLog = 10000;

/// named finds the entry of a list that has this name.
json::iterator named(json& list, const std::string& name) {
    return std::find_if(list.begin(), list.end(),
                        [&](const json& entry) { return entry.is_object() && entry.value("name", "") == name; });
}

/// lay_over merges members into the entry of a list that has this name.
Result<void> lay_over(json& list, const std::string& name, const json& members, const char* what) {
    const auto entry = named(list, name);
    if (entry == list.end())
        return fail(ErrorCode::document_invalid,
                    std::string("the CM's default configuration has no ") + what + " '" + name + "'");
    entry->merge_patch(members);
    return {};
}

/// lay_over_all is RFC 7396, but an object laid over a list of named entries goes to those names.
void lay_over_all(json& config, const json& members) {
    for (const auto& [key, value] : members.items()) {
        json& target = config[key];
        if (!target.is_array() || !value.is_object()) {
            config.merge_patch(json{{key, value}});
            continue;
        }
        for (const auto& [name, entry] : value.items()) {
            auto found = named(target, name);
            if (entry.is_null()) {
                if (found != target.end()) target.erase(found);
                continue;
            }
            if (found == target.end()) {
                target.push_back({{"name", name}});
                found = target.end() - 1;
            }
            found->merge_patch(entry);
        }
    }
}

/// lines breaks base64 as PEM has it (RFC 7468 section 2).
std::string lines(const std::string& text) {
    constexpr std::size_t kLine = 64;
    std::string out;
    for (std::size_t at = 0; at < text.size(); at += kLine) out += text.substr(at, kLine) + "\n";
    return out;
}

Result<void> hold_op_pin(cm::Store& store, const std::string& serial, const Pin& op_pin) {
    auto transaction = store.begin();
    if (!transaction) return Unexpected{std::move(transaction).error()};
    if (auto put = (*transaction)->put_op_pin(serial, op_pin.digits()); !put) return put;
    return (*transaction)->commit();
}

Result<x509::Certificate> first_certificate(const CardView& card, const std::string& id, const char* where) {
    const KeyView* key = card.key(id);
    if (key == nullptr || key->certificates.empty())
        return fail(ErrorCode::document_invalid, std::string(where) + ": no certificate on key " + id);
    return key->certificates[0];
}

constexpr int kKeyCompromise = 1;  // RFC 5280 section 5.3.1

cm::Revocation revocation_of(const x509::Certificate& certificate, UtcTime at) {
    return {certificate.issuer_der(), certificate.serial_hex(), kKeyCompromise, at};
}

/// tc_crl is the TC issuer's list with the first certificates of some keys on it.
Result<cm::Crl> tc_crl(const std::vector<std::string>& keys, const CardView& card, const cm::Hierarchy& hierarchy,
                       UtcTime now) {
    std::vector<cm::Revocation> entries;
    for (const auto& id : keys) {
        const auto certificate = first_certificate(card, id, "cm.on_crl");
        if (!certificate) return Unexpected{Error(certificate.error())};
        entries.push_back(revocation_of(*certificate, now));
    }
    const auto der = cm::make_crl(hierarchy.authority("tc-issuer"), entries, now);
    if (!der) return Unexpected{Error(der.error())};
    return cm::Crl::parse_pem("-----BEGIN X509 CRL-----\n" + lines(to_base64(*der)) + "-----END X509 CRL-----\n");
}

Result<void> use_tcs(cm::Store& store, const std::vector<std::string>& keys, const CardView& card) {
    auto transaction = store.begin();
    if (!transaction) return Unexpected{std::move(transaction).error()};
    for (const auto& id : keys) {
        const auto certificate = first_certificate(card, id, "cm.used_tcs");
        if (!certificate) return Unexpected{Error(certificate.error())};
        if (auto put = (*transaction)->put_used_tc(certificate->sha256(), Bytes{1}); !put) return put;
    }
    return (*transaction)->commit();
}

/// certificates_of finds what was issued for a card, and by a dialect that knows no cards for its keys.
Result<std::vector<cm::CertificateRecord>> certificates_of(cm::StoreTransaction& store, const CardView& card) {
    auto all = store.certificates_by_card(card.serial);
    if (!all) return all;
    for (const auto& key : card.keys) {
        auto more = store.certificates_by_key(key.spki);
        if (!more) return more;
        for (auto& record : *more)
            if (record.card_serial != card.serial) all->push_back(std::move(record));
    }
    return all;
}

/// add_card adds what the store holds of one card.
Result<void> add_card(cm::StoreTransaction& store, const CardView& before, CmView& view) {
    std::set<Bytes> orders;
    auto certificates = certificates_of(store, before);
    if (!certificates) return Unexpected{std::move(certificates).error()};
    for (const auto& record : *certificates) {
        auto revoked = store.revocation(record.issuer, record.serial);
        auto parsed = x509::Certificate::parse(record.der);
        if (!revoked || !parsed) return fail(ErrorCode::io_failed, "the CM's store holds what it can't read");
        view.certificates.push_back({parsed->sha256(), *revoked ? "revoked" : record.active ? "active" : "pending"});
        if (!record.transaction_id.empty()) orders.insert(record.transaction_id);
    }
    view.orders += static_cast<int>(orders.size());
    for (const auto& key : before.keys)
        for (const auto& certificate : key.certificates) {
            const auto revoked = store.revocation(certificate.issuer_der(), certificate.serial_hex());
            const auto used = store.tc_used(certificate.sha256());
            if (!revoked || !used) return fail(ErrorCode::io_failed, "the CM's store can't be read");
            view.revoked_former += revoked->has_value() ? 1 : 0;
            view.used_tcs += *used ? 1 : 0;
        }
    return {};
}

}  // namespace

Result<cm::Config> cm_config(const CmSetup& setup, const OfficerSetup& officer) {
    static const json kDefault =
        document::read_document("the CM's default configuration", cm::default_config_text()).value;
    json config = kDefault;
    lay_over_all(config, setup.config);
    // An officer that the configuration doesn't know is how an unknown one is tried.
    if (!officer.members.empty())
        if (auto laid = lay_over(config["officers"], officer.name, officer.members, "officer"); !laid)
            return Unexpected{std::move(laid).error()};
    for (const auto& [name, members] : setup.procedures)
        if (auto laid = lay_over(config["tokenProcedures"], name, members, "token procedure"); !laid)
            return Unexpected{std::move(laid).error()};
    if (!setup.deviations.empty()) config["deviations"] = setup.deviations;
    return cm::parse_config(config.dump(), "the case's CM configuration");
}

Result<std::unique_ptr<CmSide>> CmSide::make(const Case& one, const CardView& card, const Pin& op_pin,
                                             const cm::Hierarchy& hierarchy, Clock& clock, Rng& rng) {
    auto config = cm_config(one.cm, one.officer);
    if (!config) return Unexpected{std::move(config).error()};
    config->repeatable = true;  // a case's seed repeats what is on the card afterwards
    auto store = cm::SqliteStore::open(cm::SqliteStore::kInMemory);
    if (!store) return Unexpected{std::move(store).error()};
    std::unique_ptr<CmSide> side(new CmSide);
    side->x_store = std::move(*store);
    if (auto used = use_tcs(*side->x_store, one.cm.used_tcs, card); !used) return Unexpected{std::move(used).error()};
    if (one.cm.op_pins != "none") {
        const Pin held = one.cm.op_pins == "held" ? op_pin.clone() : wrong_pin(op_pin);
        if (auto put = hold_op_pin(*side->x_store, card.serial, held); !put) return Unexpected{std::move(put).error()};
    }
    side->x_clock = std::make_unique<cm::OffsetClock>(clock);
    side->x_clock->set_offset(one.cm.clock_ahead);
    for (const auto& id : one.cm.revoked) {
        const auto certificate = first_certificate(card, id, "cm.revoked");
        if (!certificate) return Unexpected{Error(certificate.error())};
        if (auto done = side->revoke(*certificate); !done) return Unexpected{std::move(done).error()};
    }
    if (!one.cm.on_crl.empty()) {
        auto crl = tc_crl(one.cm.on_crl, card, hierarchy, side->x_clock->now());
        if (!crl) return Unexpected{std::move(crl).error()};
        config->crls.push_back(std::move(*crl));
    }
    side->x_host = std::make_unique<cm::CmHost>(std::move(*config), hierarchy, *side->x_store, *side->x_clock, rng);
    side->x_front = std::make_unique<cm::FrontHost>(*side->x_host, *side->x_store);
    return side;
}

Result<void> CmSide::revoke(const x509::Certificate& certificate) {
    auto transaction = x_store->begin();
    if (!transaction) return Unexpected{std::move(transaction).error()};
    const auto put = (*transaction)->put_revocation(revocation_of(certificate, x_clock->now()));
    return put ? (*transaction)->commit() : put;
}

Result<CmView> CmSide::view(const std::vector<const CardView*>& before) {
    auto begun = x_store->begin();
    if (!begun) return Unexpected{std::move(begun).error()};
    CmView view;
    for (const auto* card : before)
        if (auto added = add_card(**begun, *card, view); !added) return Unexpected{std::move(added).error()};
    auto log = (*begun)->log(kWholeLog);
    if (!log) return Unexpected{std::move(log).error()};
    for (const auto& entry : *log)
        view.log.push_back(
            {entry.category, entry.success ? "ok" : entry.code, entry.officer, entry.procedure, entry.line});
    return view;
}

Result<std::string> CmSide::log_text() {
    auto begun = x_store->begin();
    if (!begun) return Unexpected{std::move(begun).error()};
    auto log = (*begun)->log(kWholeLog);
    if (!log) return Unexpected{std::move(log).error()};
    std::string text;
    for (const auto& entry : *log) text += entry.category + " " + entry.code + " " + entry.message + "\n";
    return text;
}

}  // namespace rakit::scenarios
