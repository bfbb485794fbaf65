#include <map>
#include <set>

#include "mock_cm/core/config_read.hpp"

namespace rakit::cm {
namespace {

using nlohmann::json;

/// Judge walks a document and notes what is wrong where.
class Judge {
public:
    Judge(document::Document& document, const Config& config) : x_document(document), x_config(config) {}

    void all() {
        for (const auto* list : {"officers", "formats", "certificateProcedures", "tokenProcedures"})
            repeated(list, "name");
        repeated("cards", "serial");
        each("formats", [this](const json& body, const std::string& at) { format(body, at); });
        each("certificateProcedures", [this](const json& body, const std::string& at) { certificates(body, at); });
        for (std::size_t i = 0; i < x_config.token_procedures.size(); ++i)
            token(x_config.token_procedures[i], "/tokenProcedures/" + std::to_string(i));
        each("crls", [this](const json& body, const std::string& at) {
            if (auto crl = Crl::parse_pem(body.get_ref<const std::string&>()); !crl) note(at, crl.error().detail);
        });
    }

private:
    void note(const std::string& pointer, std::string message) {
        x_document.findings.push_back(x_document.finding(pointer, std::move(message)));
    }

    template <class Look>
    void each(const std::string& list, Look&& look) {
        if (!x_document.value.contains(list)) return;
        const auto& entries = x_document.value.at(list);
        for (std::size_t i = 0; i < entries.size(); ++i) look(entries[i], "/" + list + "/" + std::to_string(i));
    }

    void repeated(const std::string& list, const std::string& key) {
        std::set<std::string> names;
        each(list, [&](const json& body, const std::string& at) {
            if (const std::string name = body.at(key); !names.insert(name).second)
                note(at + "/" + key, "the " + key + " '" + name + "' stands twice");
        });
    }

    void format(const json& body, const std::string& at) {
        std::set<std::string> names;
        for (std::size_t i = 0; body.contains("fields") && i < body.at("fields").size(); ++i) {
            const auto& field = body.at("fields")[i];
            const auto here = at + "/fields/" + std::to_string(i);
            if (const std::string name = field.at("name"); !names.insert(name).second)
                note(here + "/name", "the field '" + name + "' stands twice");
            if (!field.contains("pattern")) continue;
            if (const auto pattern = Pattern::parse(field.at("pattern")); !pattern)
                note(here + "/pattern", pattern.error().detail);
        }
    }

    void certificates(const json& body, const std::string& at) {
        if (body.contains("format") && x_config.format(body.at("format").get<std::string>()) == nullptr)
            note(at + "/format", "there is no format '" + body.at("format").get<std::string>() + "'");
        if (body.value("ca", false) && body.value("issuer", "end-user-ca") != "root")
            note(at + "/ca", "only the issuer 'root' may issue CA certificates: the others have path length 0");
        if (!body.contains("qc") || !body.at("qc").contains("fixed")) return;
        std::set<std::string> types;
        const auto& fixed = body.at("qc").at("fixed");
        for (std::size_t i = 0; i < fixed.size(); ++i) {
            const auto here = at + "/qc/fixed/" + std::to_string(i);
            if (const auto statement = make_qc_statement(fixed[i]); !statement) note(here, statement.error().detail);
            if (const std::string type = fixed[i].at("type"); !types.insert(type).second)
                note(here, "the statement '" + type + "' stands twice");
        }
    }

    void token(const TokenProcedure& procedure, const std::string& at) {
        for (std::size_t i = 0; i < procedure.certificate_procedures.size(); ++i)
            if (const auto& name = procedure.certificate_procedures[i]; x_config.certificate_procedure(name) == nullptr)
                note(at + "/certificateProcedures/" + std::to_string(i),
                     "there is no certificate procedure '" + name + "'");
        std::set<std::string> fields;
        for (std::size_t i = 0; i < procedure.fields.size(); ++i) {
            const auto& field = procedure.fields[i];
            const std::string here = at + "/fields/" + std::to_string(i);
            if (!fields.insert(field.name).second) note(here + "/name", "the field '" + field.name + "' stands twice");
            if (field.required && !field.visible)
                note(here, "the field '" + field.name + "' is required but not visible");
        }
        if (procedure.serials && !procedure.serials->contains(procedure.serials->first))
            note(at + "/cardSerials", "the range ends before it begins");
        formats(procedure, at);
    }

    /// formats: the RA gets one pattern for a field, and a field that a format demands must be there to fill in.
    void formats(const TokenProcedure& procedure, const std::string& at) {
        std::map<std::string, std::string> patterns;
        for (const auto& name : procedure.certificate_procedures) {
            const auto* one = x_config.certificate_procedure(name);
            const auto* format = one == nullptr ? nullptr : x_config.format(one->format);
            if (format == nullptr) continue;
            for (const auto& field : format->fields) {
                if (field.required && procedure.field(field.name) == nullptr)
                    note(at + "/fields", "the format '" + format->name + "' requires the field '" + field.name +
                                             "', which the input view lacks");
                if (field.pattern &&
                    patterns.try_emplace(field.name, field.pattern->text()).first->second != field.pattern->text())
                    note(at + "/certificateProcedures", "two formats have different patterns for '" + field.name + "'");
            }
        }
    }

    document::Document& x_document;
    const Config& x_config;
};

}  // namespace

void judge_config(document::Document& document, const Config& config) { Judge(document, config).all(); }

}  // namespace rakit::cm
