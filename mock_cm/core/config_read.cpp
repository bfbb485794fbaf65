#include "mock_cm/core/config_read.hpp"

#include <map>

namespace rakit::cm {
namespace {

using nlohmann::json;

constexpr const char* kTransportPolicy = "2.25.259992147378155069564548854890386613715";

bool is_active(const json& body) { return body.value("state", "active") == "active"; }

std::vector<std::string> strings(const json& body, const char* key) {
    return body.contains(key) ? body.at(key).get<std::vector<std::string>>() : std::vector<std::string>();
}

/// list_at reads an array member, or nothing, with a reader for its entries.
template <class Read>
auto list_at(const json& body, const char* key, Read&& read) {
    std::vector<std::decay_t<decltype(read(body))>> list;
    if (body.contains(key))
        for (const auto& one : body.at(key)) list.push_back(read(one));
    return list;
}

Role role_from(const json& word) {
    static const std::map<std::string, Role> kRoles{{"use-clients", Role::use_clients},
                                                    {"issue-certificate", Role::issue_certificate},
                                                    {"recover-key", Role::recover_key},
                                                    {"revoke-certificate", Role::revoke_certificate}};
    return kRoles.at(word.get<std::string>());
}

EntityType entity_type_from(const std::string& word) {
    if (word == "dynamic-token") return EntityType::dynamic_token;
    return word == "static-token" ? EntityType::static_token : EntityType::subject;
}

NameRule name_rule_from(const std::string& type, const std::string& value) {
    if (value.rfind("<>", 0) == 0) return {type, value.substr(2), false};
    return {type, value, true};
}

IssuerRule issuer_rule_from(const json& body) {
    IssuerRule rule;
    for (const auto& [type, value] : body.items()) {
        if (value.is_string()) rule.push_back(name_rule_from(type, value.get<std::string>()));
        if (value.is_array())
            for (const auto& one : value) rule.push_back(name_rule_from(type, one.get<std::string>()));
    }
    return rule;
}

Officer officer_from(const json& body) {
    Officer officer;
    officer.name = body.at("name");
    officer.certificate = body.value("certificate", "");
    if (body.value("kind", "registration") == "authentication") officer.kind = OfficerKind::authentication;
    officer.profile = body.value("profile", "");
    officer.entity_type = entity_type_from(body.value("entityType", "subject"));
    officer.card_serial = body.value("cardSerial", "");
    officer.roles = list_at(body, "roles", role_from);
    officer.active = is_active(body);
    officer.issuer_constraints = list_at(body, "issuerConstraints", issuer_rule_from);
    officer.domains = strings(body, "domains");
    return officer;
}

QcType qc_type_from(const json& word) { return *qc_type_from_name(word.get<std::string>()); }

FormatField format_field_from(const json& body) {
    FormatField field;
    field.name = body.at("name");
    field.required = body.value("required", false);
    if (body.contains("maxLength")) field.max_length = body.at("maxLength").get<std::size_t>();
    if (body.contains("pattern"))
        if (auto pattern = Pattern::parse(body.at("pattern"))) field.pattern = *std::move(pattern);
    return field;
}

Format format_from(const json& body) {
    return {body.at("name"), list_at(body, "fields", format_field_from), list_at(body, "qcRequired", qc_type_from)};
}

void read_qc(const json& body, CertificateProcedure& procedure) {
    if (body.contains("fixed"))
        for (const auto& one : body.at("fixed"))
            if (auto statement = make_qc_statement(one)) procedure.qc_fixed.push_back(*std::move(statement));
    procedure.qc_allowed = list_at(body, "allowed", qc_type_from);
}

CertificateProcedure certificate_procedure_from(const json& body) {
    CertificateProcedure procedure;
    procedure.name = body.at("name");
    procedure.issuer = body.value("issuer", procedure.issuer);
    procedure.format = body.value("format", "");
    procedure.validity = std::chrono::days(body.value("validityDays", static_cast<int>(procedure.validity.count())));
    procedure.key_usage = strings(body, "keyUsage");
    procedure.for_keys = strings(body, "forKeys");
    procedure.extended_key_usage = strings(body, "extendedKeyUsage");
    procedure.policies = strings(body, "policies");
    procedure.ca = body.value("ca", false);
    if (body.contains("qc")) read_qc(body.at("qc"), procedure);
    procedure.active = is_active(body);
    return procedure;
}

TcControls tc_controls_from(const json& body) {
    return {strings(body, "issuers"), body.value("policy", kTransportPolicy), body.value("extendedKeyUsage", ""),
            body.value("add", "refuse") == "allow"};
}

Field field_from(const json& body) {
    return {body.at("name"), body.at("label"), body.value("required", false), body.value("visible", true),
            list_at(body, "roles", role_from)};
}

void read_rules(const json& body, TokenProcedure& procedure) {
    procedure.confirmation = body.value("confirmation", procedure.confirmation);
    if (body.value("approval", "none") == "pending")
        procedure.approval =
            Approval{body.value("approvalQuestions", 0), std::chrono::seconds(body.value("approvalSeconds", 1))};
    procedure.replay_protection = body.value("replayProtection", procedure.replay_protection);
    procedure.issue_first = body.value("order", "pin-first") == "issue-first";
    procedure.op_pin_required = body.value("opPinRequired", procedure.op_pin_required);
    procedure.key_reuse = body.value("keyReuse", procedure.key_reuse);
    procedure.revoke_on_redo = body.value("revokeOnRedo", procedure.revoke_on_redo);
    procedure.stores_issuer_certificates = body.value("storesIssuerCertificates", procedure.stores_issuer_certificates);
    procedure.known_cards_only = body.value("knownCardsOnly", procedure.known_cards_only);
}

TokenProcedure token_procedure_from(const json& body) {
    TokenProcedure procedure;
    procedure.name = body.at("name");
    procedure.title = body.at("title");
    procedure.domain = body.value("domain", "");
    procedure.active = is_active(body);
    procedure.profiles = strings(body, "profiles");
    if (body.contains("cardSerials"))
        procedure.serials = SerialRange{body.at("cardSerials").at("first"), body.at("cardSerials").at("last")};
    if (body.contains("tcControls")) procedure.tc_controls = tc_controls_from(body.at("tcControls"));
    procedure.certificate_procedures = strings(body, "certificateProcedures");
    procedure.fields = list_at(body, "fields", field_from);
    read_rules(body, procedure);
    return procedure;
}

KnownCard card_from(const json& body) {
    KnownCard card;
    card.serial = body.at("serial");
    if (body.contains("opPin")) {
        const auto& pin = body.at("opPin").get_ref<const std::string&>();
        card.op_pin = SecretBytes(pin.begin(), pin.end());
    }
    return card;
}

}  // namespace

Config read_config(const json& body) {
    Config config;
    config.clock_skew = std::chrono::seconds(body.value("clockSkewSeconds", config.clock_skew.count()));
    config.public_url = body.value("publicUrl", "");
    config.officers = list_at(body, "officers", officer_from);
    config.formats = list_at(body, "formats", format_from);
    config.certificate_procedures = list_at(body, "certificateProcedures", certificate_procedure_from);
    config.token_procedures = list_at(body, "tokenProcedures", token_procedure_from);
    config.cards = list_at(body, "cards", card_from);
    if (body.contains("crls"))
        for (const auto& one : body.at("crls"))
            if (auto crl = Crl::parse_pem(one.get_ref<const std::string&>())) config.crls.push_back(*std::move(crl));
    if (body.contains("deviations"))
        config.deviations = read_deviations(body.at("deviations").dump()).value_or(config.deviations);
    return config;
}

}  // namespace rakit::cm
