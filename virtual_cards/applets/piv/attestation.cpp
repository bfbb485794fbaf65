// ATTEST: a certificate about a key that was generated on the card, signed by F9, with YubiKey's extensions.
#include "common/iso7816/tlv.hpp"
#include "common/ossl/digest.hpp"
#include "common/x509/builder.hpp"
#include "virtual_cards/applets/piv/applet.hpp"
#include "virtual_cards/applets/piv/objects.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;

constexpr std::string_view kArc = "1.3.6.1.4.1.41482.3.";

x509::ExtraExtension extension(int number, Bytes value) {
    return {std::string(kArc) + std::to_string(number), false, std::move(value)};
}

Bytes serial_integer(std::uint32_t serial) {
    Bytes octets{0};
    for (int shift = 24; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(serial >> shift));
    while (octets.size() > 1 && octets[0] == 0 && octets[1] < 0x80) octets.erase(octets.begin());
    return iso7816::TlvWriter().put(0x02, octets).bytes();
}

std::string slot_name(std::uint8_t slot) { return to_hex(ByteView(&slot, 1)); }

}  // namespace

iso7816::ResponseApdu PivApplet::attest(const Command& command) {
    if (!has(kWithAttestation)) return {{}, sw::kInsNotSupported};
    if (command.p2 != 0 || !is_key_slot(command.p1)) return {{}, sw::kIncorrectP1P2};
    const auto found = x_state.keys.find(command.p1);
    const auto own = x_state.keys.find(kAttestation);
    const auto object = x_state.objects.find(kAttestationCertificate);
    if (found == x_state.keys.end() || own == x_state.keys.end() || object == x_state.objects.end())
        return {{}, sw::kReferencedDataNotFound};
    auto& slot = found->second;
    if (!slot.generated || slot.key.key() == nullptr) return {{}, sw::kIncorrectData};
    const auto der = certificate_in(object->second);
    const auto issuer = der ? x509::Certificate::parse(*der) : fail(ErrorCode::crypto_failed, "no certificate");
    if (!issuer) return {{}, sw::kConditionsNotSatisfied};
    x509::CertificateTemplate what;
    what.spki = ossl::spki(slot.key.key());
    what.serial = ossl::sha256(what.spki);
    what.serial.resize(16);
    what.serial[0] = static_cast<std::uint8_t>((what.serial[0] & 0x3F) | 0x40);
    what.subject = {{"CN", "PIV Attestation " + slot_name(command.p1)}};
    what.not_before = issuer->not_before();
    what.not_after = issuer->not_after();
    what.extra = {
        extension(3, Bytes(x_state.firmware.begin(), x_state.firmware.end())),
        extension(7, serial_integer(x_state.device_serial)),
        extension(8, {static_cast<std::uint8_t>(slot.pin_policy), static_cast<std::uint8_t>(slot.touch_policy)})};
    const auto certificate = x509::issue(what, *issuer, own->second.key.key());
    if (!certificate) return {{}, sw::kConditionsNotSatisfied};
    return {certificate->der(), sw::kOk};
}

}  // namespace rakit::cards::piv
