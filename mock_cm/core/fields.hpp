#pragma once

#include <string_view>

#include "common/iso7816/tlv.hpp"

namespace rakit::cm {

/// is_field_name tells whether docs/formats/wire.md knows a field of this name.
bool is_field_name(std::string_view name);

/// subject_alt_name gives the DER of a subjectAltName with one rfc822Name (RFC 5280 section 4.2.1.6).
Bytes subject_alt_name(std::string_view email);

}  // namespace rakit::cm
