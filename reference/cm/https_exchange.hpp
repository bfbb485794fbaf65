#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/x509/certificate.hpp"
#include "reference/cm/http_exchange.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// HttpsExchange is HttpExchange over TLS 1.2 or 1.3 with the officer's certificate. The connection is kept for the
/// next exchange. One thread at a time. Every wait is bounded by the exchange's deadline, except a name's resolution
/// that the system's resolver won't give up: it delays the destructor, not the exchange.
class HttpsExchange final : public HttpExchange {
public:
    /// kAnswerLimit is the largest body that is read, in octets.
    static constexpr std::size_t kAnswerLimit = 8U << 20U;

    /// open prepares an exchange with `url` (parse_https_url); nothing is connected yet. The server's certificate must
    /// chain to an anchor, be valid by the machine's clock, and name the host. The officer must outlive the exchange,
    /// and be unlocked whenever a connection is made; without an officer no client certificate is shown. Failure:
    /// usage.
    static Result<std::unique_ptr<HttpsExchange>> open(const std::string& url, std::vector<x509::Certificate> anchors,
                                                       const OfficerCredential* officer);
    ~HttpsExchange() override;
    /// exchange: also officer_credential_invalid (locked, or not usable for TLS) and cm_answer_invalid (no HTTP, or a
    /// body above kAnswerLimit). Any failure once the first octet may be out is cm_no_answer.
    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) override;

private:
    class Connection;
    explicit HttpsExchange(std::unique_ptr<Connection> connection);

    std::unique_ptr<Connection> x_connection;
};

}  // namespace rakit::reference
