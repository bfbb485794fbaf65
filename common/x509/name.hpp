#pragma once

#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::x509 {

/// NameAttribute is one attribute of a distinguished name; each stands in an RDN of its own.
struct NameAttribute {
    std::string type;   ///< OpenSSL's short name: "CN", "O", "OU", "C", "serialNumber", "GN", "SN"; or a dotted OID
    std::string value;  ///< UTF-8
    bool operator==(const NameAttribute&) const = default;
};

/// DistinguishedName lists attributes in the order of the encoding, most significant first (usually C, O, ..., CN).
using DistinguishedName = std::vector<NameAttribute>;

/// encode_name gives the DER Name (RFC 5280 section 4.1.2.4). Failure: crypto_failed for an unknown type or a bad
/// value.
Result<Bytes> encode_name(const DistinguishedName& name);

/// decode_name reads a DER Name.
Result<DistinguishedName> decode_name(ByteView der);

/// attribute finds the first value of a type; empty if there is none.
std::string attribute(const DistinguishedName& name, std::string_view type);

/// to_string writes for people: `CN=Anna Ek,O=Example,C=SE`, last attribute first (RFC 4514's order).
std::string to_string(const DistinguishedName& name);

}  // namespace rakit::x509
