#include "mock_cm/core/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "embedded/cm_config_schema.hpp"
#include "embedded/default_cm_config.hpp"

namespace rakit::cm {
namespace {

using nlohmann::json;

constexpr const char* kTransportPolicy = "2.25.259992147378155069564548854890386613715";

bool is_active(const json& body) { return body.value("state", "active") == "active"; }

std::vector<std::string> strings(const json& body, const char* key) {
    return body.contains(key) ? body.at(key).get<std::vector<std::string>>() : std::vector<std::string>();
}

Role role_from(const std::string& word) {
    static const std::map<std::string, Role> kRoles{{"use-clients", Role::use_clients},
                                                    {"issue-certificate", Role::issue_certificate},
                                                    {"recover-key", Role::recover_key},
                                                    {"revoke-certificate", Role::revoke_certificate}};
    return kRoles.at(word);
}

EntityType entity_type_from(const std::string& word) {
    if (word == "dynamic-token") return EntityType::dynamic_token;
    return word == "static-token" ? EntityType::static_token : EntityType::subject;
}

Officer officer_from(const json& body) {
    Officer officer;
    officer.name = body.at("name");
    officer.certificate = body.value("certificate", "");
    if (body.value("kind", "registration") == "authentication") officer.kind = OfficerKind::authentication;
    officer.profile = body.value("profile", "");
    officer.entity_type = entity_type_from(body.value("entityType", "subject"));
    officer.card_serial = body.value("cardSerial", "");
    for (const auto& word : body.at("roles")) officer.roles.push_back(role_from(word));
    officer.active = is_active(body);
    return officer;
}

CertificateProcedure certificate_procedure_from(const json& body) {
    CertificateProcedure procedure;
    procedure.name = body.at("name");
    procedure.issuer = body.value("issuer", procedure.issuer);
    procedure.validity = std::chrono::days(body.value("validityDays", static_cast<int>(procedure.validity.count())));
    procedure.key_usage = strings(body, "keyUsage");
    procedure.extended_key_usage = strings(body, "extendedKeyUsage");
    procedure.active = is_active(body);
    return procedure;
}

TcControls tc_controls_from(const json& body) {
    return {strings(body, "issuers"), body.value("policy", kTransportPolicy), body.value("add", "refuse") == "allow"};
}

Field field_from(const json& body) {
    return {body.at("name"), body.at("label"), body.value("required", false), body.value("visible", true)};
}

TokenProcedure token_procedure_from(const json& body) {
    TokenProcedure procedure;
    procedure.name = body.at("name");
    procedure.title = body.at("title");
    procedure.active = is_active(body);
    procedure.profiles = strings(body, "profiles");
    if (body.contains("cardSerials"))
        procedure.serials = SerialRange{body.at("cardSerials").at("first"), body.at("cardSerials").at("last")};
    if (body.contains("tcControls")) procedure.tc_controls = tc_controls_from(body.at("tcControls"));
    procedure.certificate_procedures = strings(body, "certificateProcedures");
    for (const auto& field : body.at("fields")) procedure.fields.push_back(field_from(field));
    procedure.confirmation = body.value("confirmation", procedure.confirmation);
    procedure.issue_first = body.value("order", "pin-first") == "issue-first";
    procedure.op_pin_required = body.value("opPinRequired", procedure.op_pin_required);
    procedure.key_reuse = body.value("keyReuse", procedure.key_reuse);
    procedure.revoke_on_redo = body.value("revokeOnRedo", procedure.revoke_on_redo);
    procedure.stores_issuer_certificates = body.value("storesIssuerCertificates", procedure.stores_issuer_certificates);
    return procedure;
}

void find_repeated_names(document::Document& document, const std::string& list) {
    std::set<std::string> names;
    const auto& entries = document.value.at(list);
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (const std::string name = entries[i].at("name"); !names.insert(name).second)
            document.findings.push_back(document.finding("/" + list + "/" + std::to_string(i) + "/name",
                                                         "the name '" + name + "' stands twice"));
}

void judge_token_procedure(document::Document& document, const TokenProcedure& procedure, const Config& config,
                           const std::string& pointer) {
    for (std::size_t i = 0; i < procedure.certificate_procedures.size(); ++i)
        if (const auto& name = procedure.certificate_procedures[i]; config.certificate_procedure(name) == nullptr)
            document.findings.push_back(document.finding(pointer + "/certificateProcedures/" + std::to_string(i),
                                                         "there is no certificate procedure '" + name + "'"));
    std::set<std::string> fields;
    for (std::size_t i = 0; i < procedure.fields.size(); ++i) {
        const auto& field = procedure.fields[i];
        const std::string at = pointer + "/fields/" + std::to_string(i);
        if (!fields.insert(field.name).second)
            document.findings.push_back(document.finding(at + "/name", "the field '" + field.name + "' stands twice"));
        if (field.required && !field.visible)
            document.findings.push_back(
                document.finding(at, "the field '" + field.name + "' is required but not visible"));
    }
    if (procedure.serials && !procedure.serials->contains(procedure.serials->first))
        document.findings.push_back(document.finding(pointer + "/cardSerials", "the range ends before it begins"));
}

/// judge finds what a schema can't say.
void judge(document::Document& document, const Config& config) {
    for (const auto* list : {"officers", "certificateProcedures", "tokenProcedures"})
        find_repeated_names(document, list);
    for (std::size_t i = 0; i < config.token_procedures.size(); ++i)
        judge_token_procedure(document, config.token_procedures[i], config, "/tokenProcedures/" + std::to_string(i));
}

Config config_from(const json& body) {
    Config config;
    config.clock_skew = std::chrono::seconds(body.value("clockSkewSeconds", config.clock_skew.count()));
    for (const auto& one : body.at("officers")) config.officers.push_back(officer_from(one));
    for (const auto& one : body.at("certificateProcedures"))
        config.certificate_procedures.push_back(certificate_procedure_from(one));
    for (const auto& one : body.at("tokenProcedures")) config.token_procedures.push_back(token_procedure_from(one));
    if (body.contains("deviations"))
        config.deviations = read_deviations(body.at("deviations").dump()).value_or(config.deviations);
    return config;
}

bool holds(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

template <class List>
auto find_name(const List& list, std::string_view name) -> decltype(list.data()) {
    for (const auto& one : list)
        if (one.name == name) return &one;
    return nullptr;
}

std::string_view without_zeros(std::string_view hex) {
    const auto first = hex.find_first_not_of('0');
    return first == std::string_view::npos ? std::string_view() : hex.substr(first);
}

/// less compares upper-case hex as numbers: the shorter is less; of one length, digits sort before letters in ASCII
/// too.
bool less(std::string_view a, std::string_view b) {
    a = without_zeros(a);
    b = without_zeros(b);
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

bool Officer::has(Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }

bool SerialRange::contains(std::string_view serial) const { return !less(serial, first) && !less(last, serial); }

bool CertificateProcedure::fits(const std::vector<std::string>& usage) const {
    return std::all_of(key_usage.begin(), key_usage.end(), [&](const auto& word) { return holds(usage, word); }) &&
           holds(usage, "nonRepudiation") == holds(key_usage, "nonRepudiation");
}

const TokenProcedure* Config::token_procedure(std::string_view name) const { return find_name(token_procedures, name); }

const CertificateProcedure* Config::certificate_procedure(std::string_view name) const {
    return find_name(certificate_procedures, name);
}

Result<Config> parse_config(std::string_view text, const std::string& name) {
    auto document = document::read_document(name, text);
    if (document.findings.empty()) document::check(document, json::parse(embedded::cm_config_schema));
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    Config config = config_from(document.value);
    judge(document, config);
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    return config;
}

Result<Config> load_config(const std::filesystem::path& path) {
    const auto text = read_file(path);
    if (!text) return Unexpected{text.error()};
    return parse_config(as_text(*text), path.string());
}

std::string_view default_config_text() { return embedded::default_cm_config; }

Config default_config() {
    auto config = parse_config(default_config_text(), "built-in configuration");
    if (!config) std::abort();  // a test reads it, so that no build gets here
    return *std::move(config);
}

}  // namespace rakit::cm
