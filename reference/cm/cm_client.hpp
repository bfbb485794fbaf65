#pragma once

#include <chrono>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "reference/cm/cm_port.hpp"
#include "reference/cm/cm_routes.hpp"

namespace rakit::reference {

struct Expected;  // answer.hpp

/// CmClient speaks wire.md's CMC dialect over an HttpExchange. Refusals of the CM come back as Errors with the CM's
/// code, message, remedy and line. Answers are checked: signature by a certificate under `anchors`, transaction, nonce,
/// keys.
class CmClient final : public CmPort {
public:
    CmClient(HttpExchange& exchange, std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
             std::chrono::milliseconds deadline = std::chrono::seconds(30));

    std::string_view dialect() const override { return "cmc"; }
    Result<std::vector<Procedure>> procedures() override { return x_routes.procedures(); }
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order) override { return x_routes.prepare(order); }
    Result<Bytes> witnessed_request(const Order& order, const OrderLine& line) override {
        return rakit::reference::witnessed_request(order, line);
    }
    /// encode_order makes the signed Full PKI Request.
    Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                               const OfficerCredential& officer) override;
    /// submit sends the order, or, if it is pending, asks for it with a message of its own that `officer` signs. It
    /// asks for GET /cacerts as well if the answer lacks the issuer of a certificate and no anchor is it.
    Result<Submission> submit(ByteView encoded, const Order& order, const Submission& so_far,
                              const OfficerCredential& officer) override;
    Result<void> confirm(const Order& order, const Issued& issued, bool accepted,
                         const OfficerCredential& officer) override;

private:
    Result<Submission> query(const Order& order, const Pending& pending, const OfficerCredential& officer);
    Result<Submission> read_submission(const Result<net::HttpResponse>& response, const Order& order,
                                       const Expected& expected);

    CmRoutes x_routes;
    Clock& x_clock;
    Rng& x_rng;
};

}  // namespace rakit::reference
