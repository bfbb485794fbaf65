#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/x509/certificate.hpp"
#include "mock_cm/core/cmc.hpp"

namespace rakit::document {
class Schema;
}

namespace rakit::cm {

enum class Action { issue, redo, add };

/// WantedExtension is one extension of a modCertTemplate.
struct WantedExtension {
    std::string oid;
    Bytes value;  ///< DER of the extension's value
};

/// OrderLine is one key line with an action. From prepare it has only what is known then: key, action, usage, has_tc.
struct OrderLine {
    std::string key;
    Action action = Action::redo;
    std::vector<std::string> usage;  ///< RFC 5280's words
    bool has_tc = false;
    BodyPartId id = 0;
    std::optional<IssuerAndSerial> replaces;
    std::optional<x509::Certificate> tc;
    Bytes spki;                               ///< DER, from the PKCS#10
    bool possession = false;                  ///< proven by the request's signature, or by the RA that witnessed it
    bool unwitnessed = false;                 ///< raVerified without the RA's witness
    x509::DistinguishedName subject;          ///< the template's, else the PKCS#10's
    std::vector<WantedExtension> extensions;  ///< that the officer signed for
    std::vector<WantedExtension> asked;       ///< by the PKCS#10 itself; CMC does not heed them
};

/// Order is what an RA asks for one card: all or nothing.
struct Order {
    std::string procedure;
    std::string card_serial;   ///< upper-case hex
    std::string card_profile;  ///< storage profile
    std::map<std::string, std::string> fields;
    std::vector<OrderLine> lines;
    std::vector<RevokeRequest> revoke_requests;
    std::optional<UtcTime> not_before;  ///< validity that a dialect asks for; within the certificate procedure's
    std::optional<UtcTime> not_after;
};

/// read_order joins regInfo, requests and controls of a PKIData; `bag` holds the TCs. Proofs of possession are computed
/// here, before the database is locked. Failure: request_malformed.
Result<Order> read_order(const PkiData& data, const std::vector<x509::Certificate>& bag);

/// read_prepare reads the body of POST /ra/prepare. Failure: request_malformed.
Result<Order> read_prepare(ByteView body);

/// read_json parses a peer's JSON - no duplicate keys - and checks it against a schema. Failure: request_malformed.
Result<nlohmann::json> read_json(ByteView text, const document::Schema& schema, const std::string& what);

}  // namespace rakit::cm
