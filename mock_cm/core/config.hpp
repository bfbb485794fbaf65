#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "mock_cm/core/deviations.hpp"

namespace rakit::cm {

/// Officer roles, entity types and states carry the words of docs/formats/cm-config.md.
enum class Role { use_clients, issue_certificate, recover_key, revoke_certificate };
enum class EntityType { subject, dynamic_token, static_token };
enum class OfficerKind {
    registration,    ///< may sign requests
    authentication,  ///< opens the TLS connection only
};

/// Officer is who the CM knows by the common name of a certificate from the officer CA, or by that certificate alone.
struct Officer {
    std::string name;         ///< subject common name
    std::string certificate;  ///< SHA-256 of the only certificate accepted, upper-case hex; empty: any with the name
    OfficerKind kind = OfficerKind::registration;
    std::string profile;  ///< name of the officer profile
    EntityType entity_type = EntityType::subject;
    std::string card_serial;  ///< of the officer's own card, upper-case hex; empty if none
    std::vector<Role> roles;
    bool active = true;
    bool has(Role role) const;
};

/// Field is one line of a procedure's input view.
struct Field {
    std::string name;  ///< "commonName", ... (docs/formats/wire.md)
    std::string label;
    bool required = false;
    bool visible = true;
};

/// TcControls say how a token procedure judges transport certificates.
struct TcControls {
    std::vector<std::string> issuers;  ///< names of the hierarchy's CAs: "tc-issuer"
    std::string policy;                ///< dotted OID that the TC's certificatePolicies must hold
    bool add_allowed = false;          ///< tc_add: allow
};

/// SerialRange holds card serial numbers in hex, both ends included, compared as numbers.
struct SerialRange {
    std::string first;
    std::string last;
    bool contains(std::string_view serial) const;
};

/// CertificateProcedure says how one kind of certificate is made.
struct CertificateProcedure {
    std::string name;
    std::string issuer = "end-user-ca";
    std::chrono::days validity{365};
    std::vector<std::string> key_usage;  ///< RFC 5280's words; also what chooses the procedure for a key
    std::vector<std::string> extended_key_usage;
    bool active = true;
    /// fits tells whether a key with these usages gets this certificate: all of key_usage is among them, and
    /// nonRepudiation is in both or in neither.
    bool fits(const std::vector<std::string>& usage) const;
};

/// TokenProcedure is what the officer selects.
struct TokenProcedure {
    std::string name;
    std::string title;
    bool active = true;
    std::vector<std::string> profiles;  ///< storage profiles: "pkcs15", "piv"
    std::optional<SerialRange> serials;
    std::optional<TcControls> tc_controls;
    std::vector<std::string> certificate_procedures;  ///< names
    std::vector<Field> fields;
    bool confirmation = true;
    bool issue_first = false;
    bool op_pin_required = false;
    bool key_reuse = true;
    bool revoke_on_redo = true;
    bool stores_issuer_certificates = false;
};

/// Config is everything the CM's policy consults, apart from the database.
struct Config {
    std::chrono::seconds clock_skew{300};
    std::vector<Officer> officers;
    std::vector<CertificateProcedure> certificate_procedures;
    std::vector<TokenProcedure> token_procedures;
    Deviations deviations;

    const TokenProcedure* token_procedure(std::string_view name) const;
    const CertificateProcedure* certificate_procedure(std::string_view name) const;
};

/// load_config reads docs/formats/cm-config.md's format; failure: document_invalid with each finding as
/// file:line:column, or file_unreadable.
Result<Config> load_config(const std::filesystem::path& path);

/// parse_config reads the same from memory; `name` stands for the file in findings.
Result<Config> parse_config(std::string_view text, const std::string& name);

/// default_config is the embedded one; default_config_text its YAML, with comments.
Config default_config();
std::string_view default_config_text();

}  // namespace rakit::cm
