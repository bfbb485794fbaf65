#include "scenarios/runner/cm_side.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/document/document.hpp"
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

Result<void> hold_op_pin(cm::Store& store, const std::string& serial, const Pin& op_pin) {
    auto transaction = store.begin();
    if (!transaction) return Unexpected{std::move(transaction).error()};
    if (auto put = (*transaction)->put_op_pin(serial, op_pin.digits()); !put) return put;
    return (*transaction)->commit();
}

Result<void> use_tcs(cm::Store& store, const std::vector<std::string>& keys, const CardView& card) {
    auto transaction = store.begin();
    if (!transaction) return Unexpected{std::move(transaction).error()};
    for (const auto& id : keys) {
        const KeyView* key = card.key(id);
        if (key == nullptr || key->certificates.empty())
            return fail(ErrorCode::document_invalid, "cm.used_tcs: no certificate on key " + id);
        if (auto put = (*transaction)->put_used_tc(key->certificates[0].sha256(), Bytes{1}); !put) return put;
    }
    return (*transaction)->commit();
}

/// add_card adds what the store holds of one card.
Result<void> add_card(cm::StoreTransaction& store, const CardView& before, CmView& view) {
    std::set<Bytes> orders;
    auto certificates = store.certificates_by_card(before.serial);
    if (!certificates) return Unexpected{std::move(certificates).error()};
    for (const auto& record : *certificates) {
        auto revoked = store.revocation(record.issuer, record.serial);
        auto parsed = x509::Certificate::parse(record.der);
        if (!revoked || !parsed) return fail(ErrorCode::io_failed, "the CM's store holds what it can't read");
        view.certificates.push_back({parsed->sha256(), *revoked ? "revoked" : record.active ? "active" : "pending"});
        orders.insert(record.transaction_id);
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
    json config = document::read_document("the CM's default configuration", cm::default_config_text()).value;
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
    auto store = cm::SqliteStore::open(cm::SqliteStore::kInMemory);
    if (!store) return Unexpected{std::move(store).error()};
    std::unique_ptr<CmSide> side(new CmSide);
    side->x_store = std::move(*store);
    if (auto used = use_tcs(*side->x_store, one.cm.used_tcs, card); !used) return Unexpected{std::move(used).error()};
    if (one.cm.op_pins != "none") {
        const Pin held = one.cm.op_pins == "held" ? op_pin.clone() : wrong_pin(op_pin);
        if (auto put = hold_op_pin(*side->x_store, card.serial, held); !put) return Unexpected{std::move(put).error()};
    }
    side->x_host = std::make_unique<cm::CmHost>(std::move(*config), hierarchy, *side->x_store, clock, rng);
    return side;
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
