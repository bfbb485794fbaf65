#pragma once

#include "common/x509/certificate.hpp"
#include "mock_cm/core/context.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// SingleRequest is one PKCS#10 by a dialect that knows no card: REST, EST.
struct SingleRequest {
    std::string dialect;    ///< "rest", "est": the log's category
    std::string procedure;  ///< token procedure's name
    Bytes pkcs10;           ///< DER
    x509::Certificate connects;
    x509::Certificate signs;  ///< whose signature over the request the dialect has verified; of EST the same
    std::optional<UtcTime> not_before;
    std::optional<UtcTime> not_after;
};

/// carries_single refuses with dialect_cannot_carry a procedure whose policy one PKCS#10 can't carry.
Result<void> carries_single(const TokenProcedure& procedure);

/// judge_single applies everything that issue_single would refuse for; nothing is issued or logged.
Result<void> judge_single(const Context& context, StoreTransaction& store, const SingleRequest& request);

/// issue_single judges as the CMC dialect does - both officers, procedure, proof of possession, key reuse, fields - and
/// issues one certificate, active at once: stored and logged in one transaction. A refusal is logged too. The key usage
/// that chooses the certificate procedure is that of the PKCS#10's extensionRequest; without one, the procedure must
/// leave no choice. Refusals: those of docs/errors.md; request_malformed; cm_internal.
Result<x509::Certificate> issue_single(const Context& context, Store& store, const SingleRequest& request);

}  // namespace rakit::cm
