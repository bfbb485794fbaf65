#pragma once

#include <map>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::reference {

/// subject_name makes the DER Name that the officer's fields (docs/formats/wire.md, "Procedures") ask for, most
/// significant attribute first; empty values and `email` don't stand in it. Failure: field_invalid with the field's name.
Result<Bytes> subject_name(const std::map<std::string, std::string>& fields);

/// subject_extensions makes the DER Extension values that the fields ask for: a subjectAltName with rfc822Name for
/// `email`, else nothing. Failure: field_invalid.
Result<Bytes> subject_extensions(const std::map<std::string, std::string>& fields);

}  // namespace rakit::reference
