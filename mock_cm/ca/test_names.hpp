#pragma once

#include "common/base/rng.hpp"
#include "common/x509/name.hpp"

namespace rakit::cm {

/// test_subject names a subject so that nobody trusts it by mistake.
inline x509::DistinguishedName test_subject(const std::string& common_name) {
    return {{"O", "Rakit Test - never trust in production"}, {"CN", common_name}};
}

/// random_serial is 16 octets, positive and never shorter (RFC 5280 section 4.1.2.2).
inline Bytes random_serial(Rng& rng) {
    Bytes serial = rng.bytes(16);
    serial.front() = static_cast<std::uint8_t>((serial.front() & 0x7F) | 0x40);
    return serial;
}

}  // namespace rakit::cm
