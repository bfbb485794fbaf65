#pragma once

namespace rakit::cm {

/// Deviations make the CM wrong on purpose, to try an RA; all off by default. The checks stay as they are: only what
/// goes out is bent.
struct Deviations {
    bool maintenance = false;        ///< everything but /cacerts is refused with cm_maintenance
    bool other_key = false;          ///< the certificates are for a key that nobody asked for
    bool other_transaction = false;  ///< the answer names another transactionId
    bool stale_nonce = false;        ///< recipientNonce is not the request's senderNonce
    bool missing_status = false;     ///< the answer has no statusInfoV2
};

}  // namespace rakit::cm
