#pragma once

#include <openssl/types.h>

#include <string>

namespace rakit::x509 {

/// serial_hex writes a serial number in upper-case hexadecimal digits, two for each octet, "00" for none.
std::string serial_hex(const ASN1_INTEGER* serial);

}  // namespace rakit::x509
