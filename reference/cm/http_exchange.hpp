#pragma once

#include <chrono>

#include "common/base/result.hpp"
#include "common/net/http.hpp"

namespace rakit::reference {

/// HttpExchange carries one request to the CM host and its answer back: the port under CmClient (HTTPS, in-process).
class HttpExchange {
public:
    virtual ~HttpExchange() = default;
    /// exchange waits at most `deadline`. Failures: cm_unreachable (nothing was sent), cm_no_answer (the request
    /// went out, no whole answer came back), cm_untrusted (TLS).
    virtual Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) = 0;
};

}  // namespace rakit::reference
