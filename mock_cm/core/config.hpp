#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "mock_cm/core/crl.hpp"
#include "mock_cm/core/deviations.hpp"
#include "mock_cm/core/pattern.hpp"
#include "mock_cm/core/qc_statements.hpp"

namespace rakit::cm {

/// Officer roles, entity types and states carry the words of docs/formats/cm-config.md.
enum class Role { use_clients, issue_certificate, recover_key, revoke_certificate };
enum class EntityType { subject, dynamic_token, static_token };
enum class OfficerKind {
    registration,    ///< may sign requests
    authentication,  ///< opens the TLS connection only
};

/// NameRule is one attribute of an issuer rule: equal to the value, or not (`<>`).
struct NameRule {
    std::string type;  ///< OpenSSL's short name
    std::string value;
    bool equal = true;
};

/// IssuerRule holds if all its attributes do.
using IssuerRule = std::vector<NameRule>;

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
    std::vector<IssuerRule> issuer_constraints;  ///< one must hold for the issuing CA's subject; empty: any CA
    std::vector<std::string> domains;            ///< whose procedures the officer sees; empty: all
    bool has(Role role) const;
    /// sees tells whether procedures of this domain are shown; those of no domain are to everybody.
    bool sees(const std::string& domain) const;
};

/// Field is one line of a procedure's input view.
struct Field {
    std::string name;  ///< "commonName", ... (docs/formats/wire.md)
    std::string label;
    bool required = false;
    bool visible = true;
    std::vector<Role> roles;  ///< officers with one of these see the field; empty: everybody
    bool shown_to(const Officer& officer) const;
};

/// kQcField is the name of the QC field in an input view.
inline constexpr std::string_view kQcField = "qcStatements";

/// FormatField is what a certificate format says about one field.
struct FormatField {
    std::string name;
    bool required = false;
    std::optional<std::size_t> max_length;  ///< characters
    std::optional<Pattern> pattern;
};

/// Format says what a certificate may and must hold.
struct Format {
    std::string name;
    std::vector<FormatField> fields;  ///< those allowed; empty: all that the input view has
    std::vector<QcType> qc_required;
    const FormatField* field(std::string_view name) const;
};

/// TcControls say how a token procedure judges transport certificates.
struct TcControls {
    std::vector<std::string> issuers;  ///< names of the hierarchy's CAs: "tc-issuer"
    std::string policy;                ///< dotted OID that the TC's certificatePolicies must hold
    std::string extended_key_usage;    ///< dotted OID that its extendedKeyUsage must hold; empty: any
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
    std::string format;  ///< name; empty: none
    std::chrono::days validity{365};
    std::vector<std::string> key_usage;  ///< RFC 5280's words, of the certificate
    std::vector<std::string> for_keys;   ///< the key's usage that chooses this procedure; empty: key_usage
    std::vector<std::string> extended_key_usage;
    std::vector<std::string> policies;  ///< dotted OIDs
    bool ca = false;                    ///< issues CA certificates, of path length 0
    std::vector<QcStatement> qc_fixed;
    std::vector<QcType> qc_allowed;  ///< that the officer may add
    bool active = true;
    /// fits tells whether a key with these usages gets this certificate: all that is asked for is among them, and
    /// nonRepudiation is in both or in neither.
    bool fits(const std::vector<std::string>& usage) const;
    bool qualified() const { return !qc_fixed.empty() || !qc_allowed.empty(); }
};

/// Approval says that orders wait for somebody's approval.
struct Approval {
    int questions = 0;  ///< so many are answered with pending, then it is approved; 0: by a control call only
    std::chrono::seconds pause{1};  ///< from an answer to the next question (pendTime)
};

/// TokenProcedure is what the officer selects.
struct TokenProcedure {
    std::string name;
    std::string title;
    std::string domain;  ///< empty: none
    bool active = true;
    std::vector<std::string> profiles;  ///< storage profiles: "pkcs15", "piv"
    std::optional<SerialRange> serials;
    bool known_cards_only = false;
    std::optional<TcControls> tc_controls;
    std::vector<std::string> certificate_procedures;  ///< names
    std::vector<Field> fields;
    bool confirmation = true;
    std::optional<Approval> approval;
    bool replay_protection = false;  ///< an order must be told from its resend: not for dialects without transactions
    bool issue_first = false;
    bool op_pin_required = false;
    bool key_reuse = true;
    bool revoke_on_redo = true;
    bool stores_issuer_certificates = false;
    const Field* field(std::string_view name) const;
};

/// KnownCard is a card in the CM's register.
struct KnownCard {
    std::string serial;                 ///< upper-case hex
    std::optional<SecretBytes> op_pin;  ///< held, as if the database had it
};

/// Config is everything the CM's policy consults, apart from the database.
struct Config {
    std::chrono::seconds clock_skew{300};
    std::string public_url;  ///< where clients find CRLs and OCSP: in certificates, if not empty; no slash at the end
    std::vector<Officer> officers;
    std::vector<Format> formats;
    std::vector<CertificateProcedure> certificate_procedures;
    std::vector<TokenProcedure> token_procedures;
    std::vector<KnownCard> cards;
    std::vector<Crl> crls;  ///< of TC issuers, beside the CM's own revocations
    Deviations deviations;

    const Format* format(std::string_view name) const;
    const KnownCard* card(std::string_view serial) const;
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
