#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/rng.hpp"
#include "common/base/secret.hpp"
#include "common/x509/certificate.hpp"
#include "reference/cm/http_exchange.hpp"
#include "reference/cm/qc_statement.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// Field is one input field of a procedure, in the input view's order.
struct Field {
    std::string name;  ///< "commonName", ...
    std::string label;
    bool required = false;
    bool visible = true;
    std::optional<std::size_t> max_length{};  ///< in characters, where the certificate format has one
    std::optional<std::string> pattern{};     ///< ECMAScript, for the whole value
};

/// Procedure is a token procedure as the chooser shows it.
struct Procedure {
    std::string name;
    std::string title;
    std::vector<std::string> profiles;
    bool tc_controls = false;
    std::vector<Field> fields;
    std::optional<QcPolicy> qc{};         ///< only where qualified certificates are issued
    std::vector<std::string> dialects{};  ///< what can carry the procedure whole: "cmc", "rest"
};

/// OrderLine is one key with an action, as the CM is told (docs/formats/wire.md).
struct OrderLine {
    std::string key;
    std::string label;
    std::string action;  ///< "issue", "redo", "add"
    std::string key_type;
    std::vector<std::string> usage;
    Bytes spki;
    std::optional<x509::Certificate> replaces;               ///< Redo: the certificate that goes
    std::optional<x509::Certificate> transport_certificate;  ///< the key's TC, whatever the action
    bool operator==(const OrderLine&) const = default;
};

/// Order is one submission: all or nothing at the CM.
struct Order {
    Bytes transaction_id;  ///< 16 octets, top bit clear
    Bytes sender_nonce;    ///< 16 octets
    std::string procedure;
    std::string card_serial;
    Bytes card_atr;
    std::string card_profile;
    std::map<std::string, std::string> fields;
    std::vector<OrderLine> lines;
    std::vector<QcStatement> qc_statements{};  ///< what the officer adds
};

/// PrepareAnswer is what the dialog needs.
struct PrepareAnswer {
    bool ca_dialog = false;
    bool confirmation = false;
    bool issue_first = false;
    bool op_pin_required = false;
    bool op_pin_held = false;
    bool issuer_certificates_stored = false;
    std::vector<Field> fields;
};

/// Issued is what the CM answered to an order.
struct Issued {
    bool confirmation_required = false;
    Bytes responder_nonce;
    std::vector<std::pair<std::string, x509::Certificate>> certificates;  ///< by key id, matched by public key
    std::vector<x509::Certificate> issuer_certificates;                   ///< to be written, if the procedure says so
};

/// certification_request_info gives the to-be-signed part of a PKCS#10 (RFC 2986 section 4.1), DER. Failures:
/// field_invalid with the field's name, crypto_failed with the line if its public key can't be read.
Result<Bytes> certification_request_info(const Order& order, const OrderLine& line);

/// certification_request joins the to-be-signed part and the card key's signature (RSA PKCS#1 v1.5 or ECDSA, SHA-256).
/// Failures: pop_failed if the signature doesn't verify, unsupported for other kinds of keys.
Result<Bytes> certification_request(ByteView info, ByteView signature);

/// CmClient speaks wire.md's CMC dialect over an HttpExchange. Refusals of the CM come back as Errors with the CM's
/// code, message, remedy and line. Answers are checked: signature by a certificate under `anchors`, transaction, nonce,
/// keys.
class CmClient {
public:
    CmClient(HttpExchange& exchange, std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
             std::chrono::milliseconds deadline = std::chrono::seconds(30));

    Result<std::vector<Procedure>> procedures();
    /// prepare asks what the dialog needs; a held OP PIN is handed out apart, so that no PIN gets into a PrepareAnswer.
    /// The answer's body is wiped; HttpsExchange wipes its buffers too. What another HttpExchange copies is its
    /// business.
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order);
    /// encode_order makes the signed Full PKI Request; the same octets are sent again after an interruption.
    /// `requests`: one PKCS#10 for each line, in its order. The officer must be unlocked.
    Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                               const OfficerCredential& officer);
    /// submit sends an encoded order and reads the answer. It asks for GET /cacerts as well if the answer lacks the
    /// issuer of a certificate and no anchor is it. Failures beside the CM's refusals: those of HttpExchange,
    /// cm_answer_invalid, cm_answer_mismatch (another transaction, message, card or key), cm_untrusted.
    Result<Issued> submit(ByteView encoded, const Order& order);
    /// confirm tells the CM that all certificates of the order are on the card (accepted) or that they are not. It may
    /// be repeated: the CM answers a second one as the first.
    Result<void> confirm(const Order& order, const Issued& issued, bool accepted, const OfficerCredential& officer);

private:
    /// check_issuers builds the issued certificates' chains to the anchors with what is known, else with GET /cacerts.
    Result<void> check_issuers(const Issued& issued, std::vector<x509::Certificate> known);

    HttpExchange& x_exchange;
    std::vector<x509::Certificate> x_anchors;
    Clock& x_clock;
    Rng& x_rng;
    std::chrono::milliseconds x_deadline;
};

}  // namespace rakit::reference
