#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"
#include "common/x509/certificate.hpp"
#include "mock_cm/core/certificate_search.hpp"

namespace rakit::cm {

/// OrderState: an order is in the store once its certificates are issued, or while it waits for approval; one that was
/// refused at once never is. The numbers are in databases.
enum class OrderState {
    pending_confirmation,  ///< issued, the RA has not yet said that the card holds the certificates
    completed,             ///< confirmed, or issued by a procedure without confirmation
    failed,                ///< the RA said that the card could not be written, or the approval was refused
    pending_approval,      ///< nothing is issued yet
    approved,              ///< nothing is issued yet; the next question issues
};

/// OrderItem is one certification request of an order with what its confirmation sets off.
struct OrderItem {
    std::uint32_t body_part_id = 0;  ///< of the tcr in the first message
    std::string key;                 ///< key id, upper-case hex, or the slot
    Bytes issuer;                    ///< DER Name of the certificate's issuer
    std::string serial;              ///< the certificate's serial number, upper-case hex
    Bytes uses_tc;                   ///< SHA-256 of the TC that is used up; empty if none
    bool operator==(const OrderItem&) const = default;
};

/// RevocationTarget names a certificate, ours or an older one of the same CA that the store never held.
struct RevocationTarget {
    Bytes issuer;  ///< DER Name
    std::string serial;
    int reason = 0;  ///< CRLReason (RFC 5280 section 5.3.1)
    bool operator==(const RevocationTarget&) const = default;
};

/// OrderRecord is one transaction: what was asked (as a digest), what was answered, what is still to be done.
struct OrderRecord {
    Bytes transaction_id;    ///< magnitude of the transactionId, big-endian; unique
    Bytes request_digest;    ///< SHA-256 over the first PKIData without nonces and signatures
    Bytes answer;            ///< the first response, whole: a resend gets the same octets
    Bytes response_nonces;   ///< senderNonces of the responses, 16 octets each, the newest last
    Bytes follow_up_digest;  ///< as request_digest, of the last message after the first one; empty if there is none
    Bytes follow_up_answer;  ///< its response, whole
    Bytes waiting_request;   ///< the first message, whole, while it waits for approval; then empty
    int questions_left = 0;  ///< while it waits: so many more questions are answered with pending; 0: no end by itself
    std::string officer;     ///< who signed
    std::string procedure;
    std::string card_serial;
    OrderState state = OrderState::pending_confirmation;
    UtcTime created{};
    std::vector<OrderItem> items;
    std::vector<RevocationTarget> revokes;  ///< take effect with the confirmation
};

/// CertificateRecord is one certificate that the CM issued. It is on hold until `active`; whether it is revoked is told
/// by the revocations alone.
struct CertificateRecord {
    std::int64_t id = 0;  ///< the store's own number, from 1 on; given by it, never read by put_certificate
    Bytes issuer;         ///< DER Name; with `serial` the primary key
    std::string serial;   ///< upper-case hex
    Bytes der;
    Bytes spki;  ///< DER SubjectPublicKeyInfo, indexed
    std::string card_serial;
    std::string key;
    Bytes transaction_id;
    bool active = false;
    UtcTime issued{};
    /// parsed may hold `der`, read, for put_certificate to take the searchable facts from; a store gives none back.
    std::optional<x509::Certificate> parsed{};
};

/// Revocation is one entry of a CA's revocation list.
struct Revocation {
    Bytes issuer;
    std::string serial;
    int reason = 0;
    UtcTime at{};
};

/// CertificatesFound is one page of a search.
struct CertificatesFound {
    std::size_t hits = 0;  ///< how many match, on all pages
    std::vector<CertificateRecord> records;
};

/// LogEntry is one line of the request log: every request, successful or not.
struct LogEntry {
    UtcTime at{};
    std::string officer;   ///< the signing officer; of prepare the TLS officer; empty if unknown
    std::string category;  ///< what was asked: "prepare", "issue", "confirm", "rest", "est", ... (mock_cm/README.md)
    bool success = false;
    std::string code;            ///< error code's name; empty on success
    std::string message;         ///< the sentence that the RA was told; empty on success
    std::string transaction_id;  ///< upper-case hex
    std::string card_serial;
    std::string procedure;
    std::string line;  ///< key id, if one line was to blame
};

/// StoreTransaction sees a consistent state and changes it as a whole: commit() makes all of it durable, destruction
/// without commit leaves nothing. Failures of any member: io_failed. Used by one thread.
class StoreTransaction {
public:
    virtual ~StoreTransaction() = default;
    StoreTransaction() = default;
    StoreTransaction(const StoreTransaction&) = delete;
    StoreTransaction& operator=(const StoreTransaction&) = delete;

    virtual Result<std::optional<OrderRecord>> order(ByteView transaction_id) = 0;
    /// put_order inserts, or replaces the one with the same transaction id.
    virtual Result<void> put_order(const OrderRecord& order) = 0;
    /// orders_in lists the transaction ids of the orders in a state, oldest first.
    virtual Result<std::vector<Bytes>> orders_in(OrderState state) = 0;

    virtual Result<std::optional<CertificateRecord>> certificate(ByteView issuer, const std::string& serial) = 0;
    /// certificates_by_key lists those on this SubjectPublicKeyInfo, oldest first.
    virtual Result<std::vector<CertificateRecord>> certificates_by_key(ByteView spki) = 0;
    /// certificates_by_card lists those made for this card, oldest first.
    virtual Result<std::vector<CertificateRecord>> certificates_by_card(const std::string& card_serial) = 0;
    /// search lists one page; see CertificateSearch.
    virtual Result<CertificatesFound> search(const CertificateSearch& wanted) = 0;
    /// put_certificate inserts, or replaces the one with the same issuer and serial number.
    virtual Result<void> put_certificate(const CertificateRecord& certificate) = 0;

    virtual Result<std::optional<Revocation>> revocation(ByteView issuer, const std::string& serial) = 0;
    /// revocations lists those of one issuer, for its CRL.
    virtual Result<std::vector<Revocation>> revocations(ByteView issuer) = 0;
    /// put_revocation adds one; an earlier one of the same certificate stays as it is.
    virtual Result<void> put_revocation(const Revocation& revocation) = 0;

    virtual Result<bool> tc_used(ByteView sha256) = 0;
    /// put_used_tc registers a TC as exchanged.
    virtual Result<void> put_used_tc(ByteView sha256, ByteView transaction_id) = 0;

    virtual Result<std::optional<SecretBytes>> op_pin(const std::string& card_serial) = 0;
    virtual Result<void> put_op_pin(const std::string& card_serial, ByteView value) = 0;

    virtual Result<void> append_log(const LogEntry& entry) = 0;
    /// log lists the newest `limit` entries, oldest first.
    virtual Result<std::vector<LogEntry>> log(std::size_t limit) = 0;

    virtual Result<void> commit() = 0;
};

/// Store is the CM's database. Safe from several threads: begin() waits until no other transaction is open.
class Store {
public:
    virtual ~Store() = default;
    virtual Result<std::unique_ptr<StoreTransaction>> begin() = 0;
};

}  // namespace rakit::cm
