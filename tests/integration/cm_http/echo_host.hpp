#pragma once

#include <mutex>
#include <stdexcept>

#include "common/x509/certificate.hpp"
#include "mock_cm/http/server.hpp"

namespace rakit::cm {

/// EchoHost tells what reached it: `METHOD TARGET <octets of body> <CN of the peer>`.
class EchoHost final : public Host {
public:
    net::HttpResponse handle(const net::HttpRequest& request) override {
        if (request.target == "/throw") throw std::runtime_error("a host must not");
        const auto peer = x509::Certificate::parse(request.peer_certificate);
        const auto name = peer ? x509::attribute(peer->subject(), "CN") : "nobody";
        const std::string text =
            request.method + " " + request.target + " " + std::to_string(request.body.size()) + " " + name;
        const std::lock_guard lock(x_mutex);
        x_headers = request.headers;
        return {200, {{"content-type", "text/plain"}}, to_bytes(text)};
    }
    /// headers are those of the request that came last.
    net::HttpHeaders headers() {
        const std::lock_guard lock(x_mutex);
        return x_headers;
    }

private:
    std::mutex x_mutex;
    net::HttpHeaders x_headers;
};

/// test_hierarchy is made once: an RSA key takes its time.
inline const Hierarchy& test_hierarchy() {
    static const auto made = Hierarchy::from_seed(Hierarchy::kDefaultSeed);
    return *made;
}

}  // namespace rakit::cm
