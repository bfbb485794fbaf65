#include "reference/cm/subject.hpp"

#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "common/x509/name.hpp"

namespace rakit::reference {
namespace {

constexpr const char* kEmail = "email";

Result<void> check_field_names(const std::map<std::string, std::string>& fields) {
    for (const auto& field : fields) {
        const auto& name = field.first;
        const bool known = name == kEmail || std::any_of(kSubjectFields.begin(), kSubjectFields.end(),
                                                         [&](const auto& row) { return name == row.field; });
        if (!known) return fail(ErrorCode::field_invalid, "no field is named '" + name + "'");
    }
    return {};
}

}  // namespace

Result<Bytes> subject_name(const std::map<std::string, std::string>& fields) {
    if (auto known = check_field_names(fields); !known) return fail(known.error());
    x509::DistinguishedName name;
    for (const auto& [field, attribute] : kSubjectFields) {
        const auto found = fields.find(field);
        if (found == fields.end() || found->second.empty()) continue;
        // Alone first, so that the failure can name the field.
        if (auto good = x509::encode_name({{attribute, found->second}}); !good)
            return fail(ErrorCode::field_invalid, std::string(field) + ": the value doesn't fit the attribute (X.520)",
                        std::string("field ") + field, "correct the value");
        name.push_back({attribute, found->second});
    }
    return x509::encode_name(name);
}

Result<Bytes> subject_extensions(const std::map<std::string, std::string>& fields) {
    const auto email = fields.find(kEmail);
    if (email == fields.end() || email->second.empty()) return Bytes{};
    const bool plain =
        std::all_of(email->second.begin(), email->second.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!plain || email->second.find('@') == std::string::npos)
        return fail(ErrorCode::field_invalid, std::string(kEmail) + ": not an ASCII mail address");
    iso7816::TlvWriter names;
    names.nest(0x30, [&](auto& list) { list.put(0x81, as_bytes(email->second)); });  // rfc822Name [1]
    iso7816::TlvWriter extension;
    extension.nest(0x30, [&](auto& sequence) {
        sequence.put(0x06, Bytes{0x55, 0x1D, 0x11});  // subjectAltName 2.5.29.17
        sequence.put(0x04, names.bytes());
    });
    return std::move(extension).bytes();
}

}  // namespace rakit::reference
