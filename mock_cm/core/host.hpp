#pragma once

#include "common/net/http.hpp"

namespace rakit::cm {

/// Host is the CM host behind any transport: a request in, the answer out. Safe to call from several threads at once.
class Host {
public:
    virtual ~Host() = default;
    virtual net::HttpResponse handle(const net::HttpRequest& request) = 0;
};

}  // namespace rakit::cm
