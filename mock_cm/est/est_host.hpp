#pragma once

#include <memory>

#include "mock_cm/core/cm_host.hpp"

namespace rakit::cm {

/// EstHost is a facade for EST clients (RFC 7030) below /.well-known/est: `cacerts`, open to all; `simpleenroll` and
/// `simplereenroll` for an officer by TLS client certificate, who answers for the request - EST has no other signature.
/// A path label names the token procedure (RFC 7030 section 3.2.2: /.well-known/est/LABEL/simpleenroll); without one it
/// is the first active one that a single PKCS#10 can carry.
class EstHost final : public Host {
public:
    /// Configuration, time, random numbers and CAs are those of `core`; it and the store must outlive this.
    EstHost(const CmHost& core, Store& store);
    net::HttpResponse handle(const net::HttpRequest& request) override;

private:
    const CmHost& x_core;
    Store& x_store;
};

/// is_est_path tells whether a path, without query, is EST's.
bool is_est_path(std::string_view path);

}  // namespace rakit::cm
