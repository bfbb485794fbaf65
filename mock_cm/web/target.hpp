#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace rakit::cm {

/// Target is a request target, taken apart and with its percent-encoding undone.
struct Target {
    std::string path;
    std::map<std::string, std::string> query;
};

/// parse_target reads an origin-form target (RFC 9112 section 3.2.1). In the query `+` is a blank; a parameter that
/// comes twice, a broken or zero octet escape is refused. Failure: request_malformed.
Result<Target> parse_target(std::string_view text);

/// path_of cuts the query off, and undoes nothing.
std::string_view path_of(std::string_view text);

}  // namespace rakit::cm
