#pragma once

#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace rakit::cm {

/// Deviations make the CM wrong on purpose, to try an RA; all off by default, set in the configuration or live
/// (CmHost::change). The checks of what comes in stay as they are: only what goes out, and how, is bent.
struct Deviations {
    // The answer's contents: mock_cm/core.
    bool maintenance = false;           ///< everything but /cacerts is refused with cm_maintenance
    bool other_key = false;             ///< the certificates are for a key that nobody asked for
    bool other_transaction = false;     ///< the answer names another transactionId
    bool stale_nonce = false;           ///< recipientNonce is not the request's senderNonce
    bool missing_status = false;        ///< the answer has no statusInfoV2
    bool swapped_certificates = false;  ///< of several lines, each gets the certificate of the next one's key
    bool wrong_ca = false;              ///< issued by a CA of the right name that nobody trusts
    bool expired_ca = false;            ///< issued by a CA whose certificate, in the bag, has expired
    bool not_yet_valid = false;         ///< the certificates are valid from tomorrow on
    int pending_times = 0;              ///< an order is answered pending so often, whatever its procedure says
    bool lost_answer = false;           ///< the first answer to an order that was issued never leaves; a resend gets it
    bool refuse_confirmation = false;   ///< the confirmation is refused, and what was issued is revoked

    // How the answer leaves: mock_cm/http.
    int slow_ms = 0;                  ///< milliseconds before each answer
    bool stall = false;               ///< the answer's head and half of its body go out, and then nothing more
    bool drop_before = false;         ///< the connection ends before the request was handled
    bool drop_after = false;          ///< the connection ends after the request was handled, without an answer
    bool truncate_body = false;       ///< half of the body, with the whole one's length, and the connection ends
    bool wrong_content_type = false;  ///< text/html
    bool duplicate_request = false;   ///< the request is handled twice, as a proxy brings it that tries again
    bool duplicate_answer = false;    ///< the answer goes out twice, one behind the other
    int http_status = 0;              ///< this status (500, 503) with no useful body, instead of handling; 0: off

    // The TLS side: mock_cm/http, for handshakes that begin after the change.
    bool tls_wrong_name = false;
    bool tls_expired = false;
    bool tls_unknown_ca = false;
    bool tls_old_version = false;  ///< TLS 1.1 at most

    bool operator==(const Deviations&) const = default;
};

/// read_deviations reads a JSON object of docs/formats/cm-config.md's `deviations`: what it doesn't name is off.
/// Failure: document_invalid.
Result<Deviations> read_deviations(std::string_view json);

/// deviations_text gives all of them as such an object.
std::string deviations_text(const Deviations& deviations);

}  // namespace rakit::cm
