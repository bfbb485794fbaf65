#pragma once

#include <memory>

#include "mock_cm/core/cm_host.hpp"

namespace rakit::cm {

/// PkiHost answers what anybody may ask about the CM's certificates: `GET /crl/{ca}.crl` (RFC 5280), `POST /ocsp` and
/// `GET /ocsp/{base64}` (RFC 6960 appendix A). Only what can't be read or answered stands in the request log.
class PkiHost final : public Host {
public:
    /// Time, random numbers and CAs are those of `core`; it and the store must outlive this.
    PkiHost(const CmHost& core, Store& store);
    ~PkiHost() override;
    net::HttpResponse handle(const net::HttpRequest& request) override;

private:
    struct Parts;
    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::cm
