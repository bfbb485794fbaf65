#pragma once

#include <array>
#include <string>

#include "common/base/secret.hpp"
#include "common/x509/certificate.hpp"

namespace rakit::cards {

/// pin_text writes a padded PIN as images do: its characters, or `hex:` and 16 digits.
std::string pin_text(ByteView value);

/// padded_pin is the other way: eight octets. Failure: document_invalid.
Result<SecretBytes> padded_pin(const std::string& text);

/// firmware_text gives `5.4.3`.
std::string firmware_text(const std::array<std::uint8_t, 3>& firmware);

/// read_firmware is the other way, for a text that the schema has checked.
std::array<std::uint8_t, 3> read_firmware(const std::string& text);

/// left_of gives `2 of 3`.
std::string left_of(int left, int all);

/// fingerprint tells two contents apart: 16 digits of their SHA-256.
std::string fingerprint(ByteView bytes);

/// certificate_text says subject, issuer and validity.
std::string certificate_text(const x509::Certificate& certificate);

}  // namespace rakit::cards
