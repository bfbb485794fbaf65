#pragma once

#include "reference/cm/cm_client.hpp"

namespace rakit::reference {

/// Answer is a CM's positive answer whose signature, transaction and nonce were found good.
struct Answer {
    bool confirmation_required = false;
    std::vector<std::uint32_t> body_parts;  ///< that the status speaks of
    Bytes sender_nonce;
    Bytes response_info;                          ///< JSON; empty if there is none
    std::vector<x509::Certificate> certificates;  ///< the bag
};

/// Expected is what an answer must echo.
struct Expected {
    Bytes transaction_id;
    Bytes nonce;  ///< the request's senderNonce
    std::optional<Bytes> data_return;
};

/// read_answer opens an HTTP answer to POST /cmc. Failures: the CM's refusal (`where`: "HTTP 400", "CMC bodyPart 9"),
/// cm_answer_invalid, cm_answer_mismatch, cm_untrusted.
Result<Answer> read_answer(const net::HttpResponse& response, const Expected& expected,
                           const std::vector<x509::Certificate>& anchors, UtcTime now);

/// match_certificates finds each line's certificate in the bag: named by responseInfo, and on the line's public key.
/// Whether they chain to the CM's CAs is not looked at. Failures: cm_answer_invalid, cm_answer_mismatch with the line.
Result<Issued> match_certificates(const Answer& answer, const Order& order);

}  // namespace rakit::reference
