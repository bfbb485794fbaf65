#pragma once

#include <chrono>
#include <vector>

#include "common/base/secret.hpp"
#include "reference/cm/http_exchange.hpp"
#include "reference/cm/order.hpp"

namespace rakit::reference {

/// CmRoutes is what both dialects ask the CM host: GET /ra/procedures, POST /ra/prepare, GET /cacerts
/// (docs/formats/wire.md).
class CmRoutes {
public:
    CmRoutes(HttpExchange& exchange, std::vector<x509::Certificate> anchors, std::chrono::milliseconds deadline)
        : x_exchange(exchange), x_anchors(std::move(anchors)), x_deadline(deadline) {}

    const std::vector<x509::Certificate>& anchors() const { return x_anchors; }
    /// ask exchanges what may be asked again. Failures: those of HttpExchange.
    Result<net::HttpResponse> ask(const net::HttpRequest& request) { return x_exchange.exchange(request, x_deadline); }
    /// tell exchanges what changes something at the CM: an answer that stays away is cm_timeout_after_submit, because
    /// the CM may have done it.
    Result<net::HttpResponse> tell(const net::HttpRequest& request);

    Result<std::vector<Procedure>> procedures();
    /// prepare is CmPort's. The answer's body is wiped; HttpsExchange wipes its buffers too. What another HttpExchange
    /// copies is its business.
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order);
    /// check_issuers builds the issued certificates' chains to the anchors with what is known, else with GET /cacerts.
    /// Failures: cm_untrusted (also where a CA's validity is over), cm_timeout_after_submit (the chain's certificates
    /// can't be had; the order stands).
    Result<void> check_issuers(const Issued& issued, std::vector<x509::Certificate> known, UtcTime now);

private:
    HttpExchange& x_exchange;
    std::vector<x509::Certificate> x_anchors;
    std::chrono::milliseconds x_deadline;
};

}  // namespace rakit::reference
