#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/x509/certificate.hpp"
#include "reference/cm/qc_statement.hpp"

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
    std::optional<QcPolicy> qc{};              ///< only where qualified certificates are issued
    std::vector<std::string> dialects{"cmc"};  ///< what can carry the procedure whole: "cmc", "rest"
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
    bool witnessed = false;  ///< the key can't sign: the RA has seen possession itself, the request has no signature
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

/// Pending is an order that waits for somebody's approval.
struct Pending {
    Bytes token;
    UtcTime earliest;  ///< moment to ask again
    Bytes responder_nonce;
    bool operator==(const Pending&) const = default;
};

/// Submission is how far an order came at the CM.
struct Submission {
    Issued issued;  ///< may lack lines: submit again, with what there is
    std::optional<Pending> pending{};
};

/// certification_request_info gives the to-be-signed part of a PKCS#10 (RFC 2986 section 4.1), DER; `extensions` are
/// DER Extension values to be asked for (RFC 2985 section 5.4.2). Failures:
/// field_invalid with the field's name, crypto_failed with the line if its public key can't be read.
Result<Bytes> certification_request_info(const Order& order, const OrderLine& line, ByteView extensions = {});

/// certification_request joins the to-be-signed part and the card key's signature (RSA PKCS#1 v1.5 or ECDSA, SHA-256).
/// Failures: pop_failed if the signature doesn't verify, unsupported for other kinds of keys.
Result<Bytes> certification_request(ByteView info, ByteView signature);

/// witnessed_request gives the request of a line whose key can't sign: a CertReqMsg (RFC 4211), popo raVerified. The
/// order's lines must be complete: the request holds its body part id. Failures: as certification_request_info.
Result<Bytes> witnessed_request(const Order& order, const OrderLine& line);

}  // namespace rakit::reference
