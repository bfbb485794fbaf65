#include "mock_cm/core/prepare.hpp"

#include <nlohmann/json.hpp>

#include "mock_cm/core/policy.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/tc_controls.hpp"

namespace rakit::cm {
namespace {

using nlohmann::ordered_json;

ordered_json fields_json(const TokenProcedure& procedure) {
    auto fields = ordered_json::array();
    for (const auto& field : procedure.fields)
        fields.push_back(
            {{"name", field.name}, {"label", field.label}, {"required", field.required}, {"visible", field.visible}});
    return fields;
}

}  // namespace

std::string procedures_text(const Context& context) {
    auto list = ordered_json::array();
    for (const auto& procedure : context.config.token_procedures) {
        if (!procedure.active) continue;
        list.push_back({{"name", procedure.name},
                        {"title", procedure.title},
                        {"profiles", procedure.profiles},
                        {"tcControls", procedure.tc_controls.has_value()},
                        {"fields", fields_json(procedure)},
                        {"qcStatements", ordered_json::array()}});
    }
    return ordered_json{{"version", 1}, {"procedures", list}}.dump();
}

Result<std::string> prepare_text(const Context& context, StoreTransaction& store, const Order& order) {
    auto found = judge_procedure(context, order);
    if (!found) return Unexpected{std::move(found).error()};
    const TokenProcedure& procedure = **found;
    if (auto good = judge_card(context, procedure, order); !good) return Unexpected{std::move(good).error()};
    if (auto good = judge_tc_lines(procedure, order); !good) return Unexpected{std::move(good).error()};
    ordered_json op_pin{{"required", procedure.op_pin_required}, {"held", false}};
    if (procedure.op_pin_required) {
        auto held = store.op_pin(order.card_serial);
        if (!held) return Unexpected{std::move(held).error()};
        op_pin["held"] = held->has_value();
        if (*held) op_pin["value"] = std::string(as_text(**held));
    }
    const ordered_json answer{{"version", 1},
                              {"procedure", procedure.name},
                              {"dialog", procedure.stores_issuer_certificates ? "ca" : "end-user"},
                              {"confirmation", procedure.confirmation},
                              {"order", procedure.issue_first ? "issue-first" : "pin-first"},
                              {"opPin", op_pin},
                              {"issuerCertificates", {{"stored", procedure.stores_issuer_certificates}}},
                              {"fields", fields_json(procedure)}};
    return answer.dump();
}

}  // namespace rakit::cm
