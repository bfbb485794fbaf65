#pragma once

#include "mock_cm/core/cm_host.hpp"
#include "mock_cm/est/est_host.hpp"
#include "mock_cm/pki/pki_host.hpp"
#include "mock_cm/rest/rest_host.hpp"

namespace rakit::cm {

/// FrontHost gives each request to the part of the CM whose route it is: REST, EST, CRL and OCSP, the OpenAPI document,
/// or the canonical dialect. What that refuses before it looks - no such route, wrong method or type, no officer - is
/// logged here, so that every refusal stands in the request log. What needs no officer is all that a listener without
/// TLS has to give: nobody has a certificate there. Never throws.
class FrontHost final : public Host {
public:
    /// Both must outlive this.
    FrontHost(CmHost& core, Store& store);
    net::HttpResponse handle(const net::HttpRequest& request) override;
    /// log_broken logs what never became a request.
    void log_broken(const std::string& what);

private:
    net::HttpResponse route(const net::HttpRequest& request);
    void log(const std::string& category, const Error& refusal);

    CmHost& x_core;
    Store& x_store;
    RestHost x_rest;
    EstHost x_est;
    PkiHost x_pki;
};

}  // namespace rakit::cm
