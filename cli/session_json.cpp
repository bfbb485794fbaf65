#include "cli/session_json.hpp"

#include <nlohmann/json.hpp>

#include "cli/remedies.hpp"
#include "reference/session/lines.hpp"

namespace rakit::cli {

using nlohmann::json;

namespace {

json certificate_json(const reference::StoredCertificate& stored) {
    const auto& certificate = stored.certificate;
    return {{"serial", certificate.serial_hex()},
            {"subject", to_string(certificate.subject())},
            {"issuer", to_string(certificate.issuer())},
            {"commonName", x509::attribute(certificate.subject(), "CN")},
            {"notBefore", to_iso8601(certificate.not_before())},
            {"notAfter", to_iso8601(certificate.not_after())},
            {"transport", stored.transport},
            {"sha256", to_hex(certificate.sha256())}};
}

json error_json(const Error& error) {
    json out{{"code", std::string(name(error.code))}, {"message", to_string(error)}};
    if (const auto told = with_remedy(error); !told.remedy.empty()) out["remedy"] = told.remedy;
    if (!error.where.empty()) out["where"] = error.where;
    if (!error.line.empty()) out["line"] = error.line;
    return out;
}

}  // namespace

json contents_json(const reference::Contents& contents) {
    json out{{"profile", contents.profile}, {"serial", contents.serial}, {"label", contents.label},
             {"atr", to_hex(contents.atr)}, {"keys", json::array()},     {"pins", json::array()},
             {"notes", contents.notes}};
    for (const auto& key : contents.keys) {
        json line{{"key", key.id},
                  {"label", key.label},
                  {"type", std::string(ossl::name(key.type))},
                  {"usage", key.usage},
                  {"pin", key.pin},
                  {"userConsent", key.user_consent},
                  {"certificates", json::array()}};
        for (const auto& stored : key.certificates) line["certificates"].push_back(certificate_json(stored));
        out["keys"].push_back(std::move(line));
    }
    for (const auto& pin : contents.pins) {
        json state{{"id", pin.id}, {"label", pin.label}, {"operator", pin.is_so_pin}};
        if (pin.tries_left) state["triesLeft"] = *pin.tries_left;
        out["pins"].push_back(std::move(state));
    }
    return out;
}

json fields_json(const std::vector<reference::Field>& fields) {
    json out = json::array();
    for (const auto& field : fields) {
        out.push_back(
            {{"name", field.name}, {"label", field.label}, {"required", field.required}, {"visible", field.visible}});
        if (field.max_length) out.back()["maxLength"] = *field.max_length;
        if (field.pattern) out.back()["pattern"] = *field.pattern;
    }
    return out;
}

json statements_json(const std::vector<reference::QcStatement>& statements) {
    json out = json::array();
    for (const auto& statement : statements) out.push_back(reference::to_json(statement));
    return out;
}

json qc_policy_json(const reference::QcPolicy& policy) {
    return {{"fixed", statements_json(policy.fixed)}, {"allowed", policy.allowed}, {"required", policy.required}};
}

json form_json(const reference::InputForm& form) {
    json out{{"version", 1},
             {"event", "prompt"},
             {"prompt", "fields"},
             {"procedure", form.procedure},
             {"fields", fields_json(form.fields)},
             {"card", form.card},
             {"known", form.values}};
    if (form.qc) out["qc"] = qc_policy_json(*form.qc);
    if (form.qc) out["statements"] = statements_json(form.statements);
    return out;
}

json procedures_json(const std::vector<reference::Procedure>& procedures) {
    json out = json::array();
    for (const auto& procedure : procedures) {
        out.push_back({{"name", procedure.name},
                       {"title", procedure.title},
                       {"profiles", procedure.profiles},
                       {"tcControls", procedure.tc_controls},
                       {"dialects", procedure.dialects},
                       {"fields", fields_json(procedure.fields)}});
        if (procedure.qc) out.back()["qc"] = qc_policy_json(*procedure.qc);
    }
    return out;
}

json result_json(const Result<reference::UpdateOutcome>& outcome) {
    if (!outcome) return {{"version", 1}, {"event", "result"}, {"done", false}, {"error", error_json(outcome.error())}};
    json out{{"version", 1},           {"event", "result"},       {"done", true}, {"transaction", outcome->transaction},
             {"lines", json::array()}, {"notices", json::array()}};
    for (const auto& line : outcome->lines) {
        json row{
            {"key", line.key}, {"action", std::string(reference::core::name(line.action))}, {"stored", line.stored}};
        if (line.certificate) row["certificate"] = to_base64(line.certificate->der());
        out["lines"].push_back(std::move(row));
    }
    for (const auto& [code, text] : outcome->notices) out["notices"].push_back({{"code", code}, {"text", text}});
    return out;
}

std::string one_line(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace rakit::cli
