#pragma once

#include <string_view>

#include "common/base/secret.hpp"
#include "reference/cm/order.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// CmPort is the CM host as the driver of an update needs it, whichever dialect is spoken.
class CmPort {
public:
    virtual ~CmPort() = default;
    /// dialect is the word of wire.md's `dialects`: "cmc", "rest".
    virtual std::string_view dialect() const = 0;
    virtual Result<std::vector<Procedure>> procedures() = 0;
    /// prepare asks what the dialog needs; a held OP PIN is handed out apart, so that no PIN gets into a PrepareAnswer.
    virtual Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order) = 0;
    /// request_info gives the to-be-signed part of a line's PKCS#10, request joins it with the card key's signature.
    virtual Result<Bytes> request_info(const Order& order, const OrderLine& line) {
        return certification_request_info(order, line);
    }
    virtual Result<Bytes> request(ByteView info, ByteView signature) { return certification_request(info, signature); }
    /// witnessed_request makes the request for a key that can't sign: the RA has seen possession itself (RFC 4211
    /// section 4, raVerified).
    virtual Result<Bytes> witnessed_request(const Order& order, const OrderLine& line) = 0;
    /// encode_order makes what is sent, again after an interruption too. `requests`: one for each line, in its order.
    /// The officer must be unlocked.
    virtual Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                                       const OfficerCredential& officer) = 0;
    /// submit brings an encoded order further: to certificates for more lines than `so_far` has, at best all, or to the
    /// answer that it is pending. Failures beside the CM's refusals: cm_unreachable, cm_timeout_after_submit (sent, but
    /// no whole answer came), cm_answer_invalid (also a certificate outside its validity), cm_answer_mismatch (another
    /// transaction, message, card or key), cm_untrusted.
    virtual Result<Submission> submit(ByteView encoded, const Order& order, const Submission& so_far,
                                      const OfficerCredential& officer) = 0;
    /// confirm tells the CM that all certificates of the order are on the card (accepted) or that they are not. It may
    /// be repeated: the CM answers a second one as the first.
    virtual Result<void> confirm(const Order& order, const Issued& issued, bool accepted,
                                 const OfficerCredential& officer) = 0;
};

}  // namespace rakit::reference
