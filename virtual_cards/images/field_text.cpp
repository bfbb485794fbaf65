#include "virtual_cards/images/field_text.hpp"

#include <algorithm>
#include <cstdio>

#include "common/ossl/digest.hpp"
#include "virtual_cards/os/pin_store.hpp"

namespace rakit::cards {

std::string pin_text(ByteView value) {
    const auto end = std::find(value.begin(), value.end(), 0xFF);
    const bool plain = std::all_of(value.begin(), end, [](auto octet) { return octet >= 0x20 && octet < 0x7F; }) &&
                       std::all_of(end, value.end(), [](auto octet) { return octet == 0xFF; });
    return plain ? std::string(value.begin(), end) : "hex:" + to_hex(value);
}

Result<SecretBytes> padded_pin(const std::string& text) {
    SecretBytes value(text.begin(), text.end());
    if (text.rfind("hex:", 0) == 0) {
        const auto octets = from_hex(std::string_view(text).substr(4));
        if (!octets) return fail(ErrorCode::document_invalid, "after hex: come 16 digits", "pins");
        value.assign(octets->begin(), octets->end());
    }
    if (value.size() > PinObject::kSize)
        return fail(ErrorCode::document_invalid, "a PIN has eight octets at most", "pins");
    value.resize(PinObject::kSize, 0xFF);
    return value;
}

std::string firmware_text(const std::array<std::uint8_t, 3>& firmware) {
    return std::to_string(firmware[0]) + "." + std::to_string(firmware[1]) + "." + std::to_string(firmware[2]);
}

std::array<std::uint8_t, 3> read_firmware(const std::string& text) {
    unsigned major = 0, minor = 0, patch = 0;
    std::sscanf(text.c_str(), "%u.%u.%u", &major, &minor, &patch);
    return {static_cast<std::uint8_t>(major), static_cast<std::uint8_t>(minor), static_cast<std::uint8_t>(patch)};
}

std::string left_of(int left, int all) { return std::to_string(left) + " of " + std::to_string(all); }

std::string fingerprint(ByteView bytes) { return to_hex(ByteView(ossl::sha256(bytes)).first(8)); }

std::string certificate_text(const x509::Certificate& certificate) {
    return x509::to_string(certificate.subject()) + ", issued by " + x509::to_string(certificate.issuer()) + ", " +
           to_iso8601(certificate.not_before()) + " to " + to_iso8601(certificate.not_after());
}

}  // namespace rakit::cards
