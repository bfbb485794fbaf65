#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rakit::cm {

/// MediaType is `type/subtype; name=value ...` (RFC 9110 section 8.3.1); names in lower case.
struct MediaType {
    std::string type;  ///< "multipart/form-data"
    std::map<std::string, std::string> parameters;
};

/// parse_media_type reads one, also a Content-Disposition, whose type is a single word; nothing if it is none.
std::optional<MediaType> parse_media_type(std::string_view text);

/// accepted chooses the first of `offered` that an Accept field allows (RFC 9110 section 12.5.1; weights only as far as
/// `q=0`); an absent or empty field allows all. Nothing if none is allowed.
std::optional<std::string> accepted(std::string_view accept, const std::vector<std::string>& offered);

}  // namespace rakit::cm
