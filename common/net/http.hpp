#pragma once

#include <map>
#include <string>

#include "common/base/bytes.hpp"

namespace rakit::net {

/// HttpHeaders map lower-case field names to values; the vocabulary both sides share, no logic.
using HttpHeaders = std::map<std::string, std::string>;

/// HttpRequest is one request as bytes on a table: no connection, no parsing state.
struct HttpRequest {
    std::string method;  ///< "GET", "POST"
    std::string target;  ///< path and query, as sent
    HttpHeaders headers;
    Bytes body;
    Bytes peer_certificate;  ///< DER of the TLS client certificate; empty if none was shown. Set by the transport,
                             ///< never by the peer
};

/// HttpResponse answers one request.
struct HttpResponse {
    int status = 0;
    HttpHeaders headers;
    Bytes body;
};

}  // namespace rakit::net
