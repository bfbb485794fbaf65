#pragma once

#include "common/net/http.hpp"

namespace rakit::cm {

/// kNoAnswer as a response's status: see Deviations::lost_answer.
inline constexpr int kNoAnswer = 0;

/// Host is the CM host behind any transport: a request in, the answer out. Safe to call from several threads at once.
class Host {
public:
    virtual ~Host() = default;
    /// handle gives the answer; status 0 (kNoAnswer) means that none leaves: the transport ends the connection.
    virtual net::HttpResponse handle(const net::HttpRequest& request) = 0;
};

}  // namespace rakit::cm
