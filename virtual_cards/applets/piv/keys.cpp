// GENERATE ASYMMETRIC KEY PAIR (SP 800-73-4 part 2 section 3.3.2) and YubiKey's IMPORT ASYMMETRIC KEY.
#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/piv/applet.hpp"
#include "virtual_cards/applets/piv/key_parts.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;

constexpr std::uint32_t kPinPolicyTag = 0xAA, kTouchPolicyTag = 0xAB;

/// take_policies reads AA and AB; 00 and absence leave the slot's own. False for values that are none.
bool take_policies(ByteView fields, SlotKey& slot) {
    const auto read = [&](std::uint32_t tag, auto& policy) {
        const auto field = iso7816::find_tlv(fields, tag);
        if (!field) return true;
        if (field->value.size() != 1 || field->value[0] > 3) return false;
        if (field->value[0] != 0) policy = static_cast<std::remove_reference_t<decltype(policy)>>(field->value[0]);
        return true;
    };
    return read(kPinPolicyTag, slot.pin_policy) && read(kTouchPolicyTag, slot.touch_policy);
}

bool is_storable(std::uint8_t slot) { return is_key_slot(slot) || slot == kAttestation; }

}  // namespace

iso7816::ResponseApdu PivApplet::generate(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x00 || !is_storable(command.p2)) return {{}, sw::kIncorrectP1P2};
    if (!x_managed) return {{}, sw::kSecurityStatusNotSatisfied};
    iso7816::TlvReader reader(command.data);
    const auto control = reader.read(0xAC);
    const auto mechanism = control ? iso7816::find_tlv(control->value, 0x80) : std::nullopt;
    const auto algorithm = mechanism && mechanism->value.size() == 1 ? algorithm_of(mechanism->value[0]) : std::nullopt;
    const auto type = algorithm ? key_type_of(*algorithm) : std::nullopt;
    SlotKey slot;
    slot.pin_policy = default_pin_policy(command.p2);
    if (!type || !take_policies(control->value, slot)) return {{}, sw::kIncorrectData};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    // The counter is part of the label, so that two keys of one card differ also after it was taken up again.
    SeededRng stream(x_state.seed, "piv generate " + to_hex(x_state.guid) + " " + std::to_string(x_state.counter));
    const auto key = ossl::generate_key(*type, stream);
    if (!key) return {{}, sw::kNoPreciseDiagnosis};
    worked(work_of(*algorithm, KeyOperation::Kind::generate));
    ++x_state.counter;
    slot.algorithm = *algorithm;
    slot.key = KeyObject::from_key(key->get());
    auto response = iso7816::TlvWriter().put(0x7F49, public_key_fields(slot)).bytes();
    x_state.keys.insert_or_assign(command.p2, std::move(slot));
    return {std::move(response), sw::kOk};
}

iso7816::ResponseApdu PivApplet::import_key(const Command& command, const Disturbance& disturbance) {
    const auto algorithm = algorithm_of(command.p1);
    if (!algorithm || !key_type_of(*algorithm) || !is_storable(command.p2)) return {{}, sw::kIncorrectP1P2};
    if (!x_managed) return {{}, sw::kSecurityStatusNotSatisfied};
    SlotKey slot;
    slot.algorithm = *algorithm;
    slot.pin_policy = default_pin_policy(command.p2);
    slot.generated = false;
    auto key = key_of_parts(*algorithm, command.data);
    if (!key || !take_policies(command.data, slot)) return {{}, sw::kIncorrectData};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    slot.key = std::move(*key);
    x_state.keys.insert_or_assign(command.p2, std::move(slot));
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::piv
