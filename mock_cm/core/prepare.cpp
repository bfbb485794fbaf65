#include "mock_cm/core/prepare.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mock_cm/core/fields.hpp"
#include "mock_cm/core/policy.hpp"
#include "mock_cm/core/qc_policy.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/single.hpp"
#include "mock_cm/core/tc_controls.hpp"

namespace rakit::cm {
namespace {

using nlohmann::ordered_json;

ordered_json fields_json(const Context& context, const TokenProcedure& procedure, const Officer& officer) {
    auto fields = ordered_json::array();
    for (const auto& field : procedure.fields) {
        if (!field.shown_to(officer)) continue;
        const auto rule = field_rule(context, procedure, field.name);
        ordered_json one{{"name", field.name},
                         {"label", field.label},
                         {"required", field.required || rule.required},
                         {"visible", field.visible || rule.required}};
        if (rule.max_length) one["maxLength"] = *rule.max_length;
        if (rule.pattern) one["pattern"] = *rule.pattern;
        fields.push_back(std::move(one));
    }
    return fields;
}

/// op_pin_json hands out what the database holds: a secret, but the officer is who enters it otherwise.
Result<ordered_json> op_pin_json(const Context& context, StoreTransaction& store, const TokenProcedure& procedure,
                                 const std::string& card) {
    ordered_json op_pin{{"required", procedure.op_pin_required}, {"held", false}};
    if (!procedure.op_pin_required) return op_pin;
    auto held = store.op_pin(card);
    if (!held) return Unexpected{std::move(held).error()};
    if (const auto* known = context.config.card(card); !*held && known != nullptr) *held = known->op_pin;
    op_pin["held"] = held->has_value();
    if (*held) op_pin["value"] = std::string(as_text(**held));
    return op_pin;
}

bool issues_ca_certificates(const Context& context, const TokenProcedure& procedure, const Order& order) {
    return std::any_of(order.lines.begin(), order.lines.end(), [&](const auto& line) {
        const auto how = certificate_procedure_for(context, procedure, line);
        return how && (*how)->ca;
    });
}

}  // namespace

std::string procedures_text(const Context& context, const Officer& officer) {
    auto list = ordered_json::array();
    for (const auto& procedure : context.config.token_procedures) {
        if (!procedure.active || !officer.sees(procedure.domain)) continue;
        auto dialects = ordered_json::array({"cmc"});
        if (carries_single(procedure)) dialects.push_back("rest");
        ordered_json one{{"name", procedure.name},         {"title", procedure.title},
                         {"profiles", procedure.profiles}, {"tcControls", procedure.tc_controls.has_value()},
                         {"dialects", dialects},           {"fields", fields_json(context, procedure, officer)}};
        if (auto qc = qc_policy(context, procedure); !qc.is_null()) one["qc"] = std::move(qc);
        list.push_back(std::move(one));
    }
    return ordered_json{{"version", 1}, {"procedures", list}}.dump();
}

Result<std::string> prepare_text(const Context& context, StoreTransaction& store, const Order& order,
                                 const Officer& officer) {
    auto found = judge_procedure(context, order, officer);
    if (!found) return Unexpected{std::move(found).error()};
    const TokenProcedure& procedure = **found;
    if (auto good = judge_card(context, procedure, order); !good) return Unexpected{std::move(good).error()};
    if (auto good = judge_tc_lines(procedure, order); !good) return Unexpected{std::move(good).error()};
    auto op_pin = op_pin_json(context, store, procedure, order.card_serial);
    if (!op_pin) return Unexpected{std::move(op_pin).error()};
    const bool ca = procedure.stores_issuer_certificates || issues_ca_certificates(context, procedure, order);
    const ordered_json answer{{"version", 1},
                              {"procedure", procedure.name},
                              {"dialog", ca ? "ca" : "end-user"},
                              {"confirmation", procedure.confirmation},
                              {"order", procedure.issue_first ? "issue-first" : "pin-first"},
                              {"opPin", *op_pin},
                              {"issuerCertificates", {{"stored", procedure.stores_issuer_certificates}}},
                              {"fields", fields_json(context, procedure, officer)}};
    return answer.dump();
}

}  // namespace rakit::cm
