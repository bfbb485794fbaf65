#pragma once

#include <array>
#include <map>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::reference {

/// SubjectField is a field's name on the wire with the subject attribute that carries it.
struct SubjectField {
    const char* field;
    const char* attribute;
};

/// kSubjectFields lists all but `email`, in the order of the encoding: where the holder belongs, then who it is.
inline constexpr std::array kSubjectFields{
    SubjectField{"country", "C"},
    SubjectField{"organization", "O"},
    SubjectField{"organizationalUnit", "OU"},
    SubjectField{"commonName", "CN"},
    SubjectField{"givenName", "GN"},
    SubjectField{"surname", "SN"},
    SubjectField{"serialNumber", "serialNumber"},
    SubjectField{"title", "title"},
};

/// subject_name makes the DER Name that the officer's fields (docs/formats/wire.md, "Procedures") ask for, most
/// significant attribute first; empty values and `email` don't stand in it. Failure: field_invalid with the field's
/// name.
Result<Bytes> subject_name(const std::map<std::string, std::string>& fields);

/// subject_extensions makes the DER Extension values that the fields ask for: a subjectAltName with rfc822Name for
/// `email`, else nothing. Failure: field_invalid.
Result<Bytes> subject_extensions(const std::map<std::string, std::string>& fields);

}  // namespace rakit::reference
