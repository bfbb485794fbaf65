#pragma once

#include "common/net/http.hpp"
#include "reference/cm/cmc.hpp"
#include "reference/cm/order.hpp"

namespace rakit::reference {

/// Answer is a CM's positive answer whose signature, transaction and nonce were found good.
struct Answer {
    bool confirmation_required = false;
    std::optional<cmc::PendInfo> pending;   ///< nothing is issued yet
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

/// kClockTolerance is how far the CM's clock may be ahead of the RA's.
inline constexpr std::chrono::minutes kClockTolerance{5};

/// match_certificates finds each line's certificate in the bag: named by responseInfo, on the line's public key, and
/// valid `now`. Whether they chain to the CM's CAs is not looked at. Failures: cm_answer_invalid, cm_answer_mismatch,
/// with the line.
Result<Issued> match_certificates(const Answer& answer, const Order& order, UtcTime now);

/// check_certificate judges one issued certificate by itself: on the line's public key, no certificate that the line
/// had before, valid `now`. Failures: cm_answer_mismatch, cm_answer_invalid, with the line.
Result<void> check_certificate(const x509::Certificate& certificate, const OrderLine& line, UtcTime now);

/// check_status_scope makes sure that an answer speaks of exactly the order's requests. Failure: cm_answer_mismatch.
Result<void> check_status_scope(const Answer& answer, const Order& order);

}  // namespace rakit::reference
