#pragma once

#include "mock_cm/core/host.hpp"
#include "reference/cm/http_exchange.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::test {

/// HostExchange hands requests to a CM host in the same process, showing the officer's certificate as TLS would.
class HostExchange final : public reference::HttpExchange {
public:
    HostExchange(cm::Host& host, const reference::OfficerCredential& officer) : x_host(host), x_officer(officer) {}
    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds) override {
        net::HttpRequest shown = request;
        shown.peer_certificate = x_officer.certificate().der();
        return x_host.handle(shown);
    }

private:
    cm::Host& x_host;
    const reference::OfficerCredential& x_officer;
};

}  // namespace rakit::test
