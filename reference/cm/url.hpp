#pragma once

#include <string>

#include "common/base/result.hpp"

namespace rakit::reference {

/// HttpsUrl is where a CM host listens.
struct HttpsUrl {
    std::string host;  ///< a name or an address, without the brackets of IPv6
    std::string port;
    std::string base;  ///< "" or "/path", put before each target
};

/// parse_https_url reads `https://HOST[:PORT][/BASE]`; PORT is 443 if not given, [..] holds an IPv6 address. User
/// names, queries and fragments are refused. Failure: usage.
Result<HttpsUrl> parse_https_url(const std::string& url);

/// authority gives HOST:PORT as in the Host header (RFC 9110 section 7.2).
std::string authority(const HttpsUrl& url);

}  // namespace rakit::reference
