#pragma once

#include <memory>

#include "mock_cm/core/cm_host.hpp"

namespace rakit::cm {

/// RestHost is the REST dialect (docs/formats/cm-rest.md): base path /pgwy/api, alias /api. Every call stands in the
/// request log.
class RestHost final : public Host {
public:
    /// Configuration, time, random numbers and CAs are those of `core`; it and the store must outlive this.
    RestHost(const CmHost& core, Store& store);
    ~RestHost() override;
    net::HttpResponse handle(const net::HttpRequest& request) override;

private:
    struct Parts;
    std::unique_ptr<Parts> x_parts;
};

/// openapi_text is the OpenAPI 3 document of the dialect.
std::string_view openapi_text();

/// is_rest_path tells whether a path, without query, lies in the dialect.
bool is_rest_path(std::string_view path);

}  // namespace rakit::cm
