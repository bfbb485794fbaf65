// YubiKey's own commands, as libykpiv sends them; 6D00 before the firmware that brought them.
#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/piv/applet.hpp"
#include "virtual_cards/applets/piv/key_parts.hpp"
#include "virtual_cards/applets/piv/objects.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;
using iso7816::TlvWriter;

std::uint8_t octet(bool value) { return value ? 1 : 0; }

}  // namespace

iso7816::ResponseApdu PivApplet::get_version(const Command& command) const {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    return {Bytes(x_state.firmware.begin(), x_state.firmware.end()), sw::kOk};
}

iso7816::ResponseApdu PivApplet::get_serial(const Command& command, const Disturbance& disturbance) const {
    if (!has(kWithSerial)) return {{}, sw::kInsNotSupported};
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    Bytes serial;
    for (int shift = 24; shift >= 0; shift -= 8)
        serial.push_back(static_cast<std::uint8_t>(x_state.device_serial >> shift));
    if (disturbance.other_serial) serial.back() ^= 0xFF;
    return {std::move(serial), sw::kOk};
}

// 01 algorithm, 02 policies (PIN, touch), 03 origin, 04 public key, 05 still the factory value, 06 tries (all, left).
iso7816::ResponseApdu PivApplet::get_metadata(const Command& command) {
    if (!has(kWithMetadata)) return {{}, sw::kInsNotSupported};
    if (command.p1 != 0) return {{}, sw::kIncorrectP1P2};
    TlvWriter writer;
    if (command.p2 == kManagementKey) {
        const auto& key = x_state.management;
        const auto factory = default_management_key();
        writer.put(0x01, Bytes{static_cast<std::uint8_t>(key.algorithm)});
        writer.put(0x02, Bytes{0, static_cast<std::uint8_t>(key.touch_policy)});
        writer.put(0x05, Bytes{octet(key.algorithm == factory.algorithm && equal_secret(key.value, factory.value))});
        return {std::move(writer).bytes(), sw::kOk};
    }
    if (const auto pin = x_state.pins.find(command.p2); pin != x_state.pins.end() && command.p2 != kGlobalPin) {
        const auto& [reference, data] = *pin;
        writer.put(0x01, Bytes{0xFF});
        writer.put(0x05, Bytes{octet(equal_secret(data.value, default_value(reference)))});
        writer.put(0x06, Bytes{data.max_tries, data.tries});
        return {std::move(writer).bytes(), sw::kOk};
    }
    if (!is_key_slot(command.p2) && command.p2 != kAttestation) return {{}, sw::kIncorrectP1P2};
    const auto found = x_state.keys.find(command.p2);
    if (found == x_state.keys.end()) return {{}, sw::kReferencedDataNotFound};
    auto& slot = found->second;
    writer.put(0x01, Bytes{static_cast<std::uint8_t>(slot.algorithm)});
    writer.put(0x02, Bytes{static_cast<std::uint8_t>(slot.pin_policy), static_cast<std::uint8_t>(slot.touch_policy)});
    writer.put(0x03, Bytes{static_cast<std::uint8_t>(slot.generated ? 1 : 2)});
    writer.put(0x04, public_key_fields(slot));
    return {std::move(writer).bytes(), sw::kOk};
}

// P1 FF, P2 FF (FE: with touch); data: algorithm, 9B, length, key.
iso7816::ResponseApdu PivApplet::set_management_key(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0xFF || (command.p2 != 0xFF && command.p2 != 0xFE)) return {{}, sw::kIncorrectP1P2};
    if (!x_managed) return {{}, sw::kSecurityStatusNotSatisfied};
    const auto& data = command.data;
    const auto algorithm = data.size() > 3 ? algorithm_of(data[0]) : std::nullopt;
    const auto* cipher = algorithm ? cipher_of(*algorithm) : nullptr;
    if (cipher == nullptr || (*algorithm != Algorithm::tdes && !has(kWithAes)) || data[1] != kManagementKey ||
        data[2] != cipher->key || data.size() != 3 + cipher->key)
        return {{}, sw::kIncorrectData};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    x_state.management.algorithm = *algorithm;
    x_state.management.value.assign(data.begin() + 3, data.end());
    x_state.management.touch_policy = command.p2 == 0xFE ? TouchPolicy::always : TouchPolicy::never;
    return {{}, sw::kOk};
}

// P1 PIN's tries, P2 PUK's; both get their factory values.
iso7816::ResponseApdu PivApplet::set_retries(const Command& command, const Disturbance& disturbance) {
    constexpr std::uint8_t kMost = 15;  // 63Cx can't tell of more
    if (command.p1 == 0 || command.p2 == 0 || command.p1 > kMost || command.p2 > kMost) return {{}, sw::kIncorrectP1P2};
    if (!x_managed || !x_verified) return {{}, sw::kSecurityStatusNotSatisfied};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    x_state.pins[kPin] = {default_value(kPin), command.p1, command.p1};
    x_state.pins[kPuk] = {default_value(kPuk), command.p2, command.p2};
    set_verified(kPin, false);
    return {{}, sw::kOk};
}

// Only where PIN and PUK are blocked. The attestation key and its certificate stay.
iso7816::ResponseApdu PivApplet::factory_reset(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    if (x_state.pins[kPin].tries != 0 || x_state.pins[kPuk].tries != 0) return {{}, sw::kConditionsNotSatisfied};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    for (const auto reference : {kPin, kPuk}) x_state.pins[reference] = {default_value(reference), 3, 3};
    x_state.pins.erase(kGlobalPin);
    x_state.management = default_management_key();
    std::erase_if(x_state.keys, [](const auto& entry) { return entry.first != kAttestation; });
    std::erase_if(x_state.objects, [](const auto& entry) { return entry.first != kAttestationCertificate; });
    reset();
    x_selected = true;
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::piv
