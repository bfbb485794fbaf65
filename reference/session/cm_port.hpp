#pragma once

#include "reference/cm/cm_client.hpp"

namespace rakit::reference {

/// CmPort is the CM host as the driver needs it; CmClient's words.
class CmPort {
public:
    virtual ~CmPort() = default;
    virtual Result<std::vector<Procedure>> procedures() = 0;
    virtual Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order) = 0;
    virtual Result<Bytes> request_info(const Order& order, const OrderLine& line) = 0;
    virtual Result<Bytes> request(ByteView info, ByteView signature) = 0;
    /// witnessed_request makes the request for a key that can't sign: the RA has seen possession itself (RFC 4211
    /// section 4, raVerified).
    virtual Result<Bytes> witnessed_request(const Order& order, const OrderLine& line) {
        (void)order;
        return fail(Error{ErrorCode::key_cannot_sign, "a request without a signature", {}, {}, {}, line.key});
    }
    virtual Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                                       const OfficerCredential& officer) = 0;
    virtual Result<Issued> submit(ByteView encoded, const Order& order) = 0;
    virtual Result<void> confirm(const Order& order, const Issued& issued, bool accepted,
                                 const OfficerCredential& officer) = 0;
};

}  // namespace rakit::reference
