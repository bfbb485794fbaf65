#pragma once

#include <map>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::cm {

/// FormPart is one field of a form.
struct FormPart {
    std::string type;  ///< its Content-Type without parameters, lower case; text/plain if it says none
    Bytes content;
};

using Form = std::map<std::string, FormPart>;

/// parse_form reads multipart/form-data (RFC 7578, RFC 2046 section 5.1): at most 16 parts, heads to 4 KiB each, each
/// name once. A preamble, a transfer encoding other than binary, 8bit or 7bit, and octets behind the last boundary but
/// a line end are refused: nobody who fills in a form sends them. Failure: request_malformed.
Result<Form> parse_form(std::string_view content_type, ByteView body);

}  // namespace rakit::cm
