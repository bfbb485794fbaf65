// GENERAL AUTHENTICATE (SP 800-73-4 part 2 section 3.2.4; worked examples in its appendix A).
#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/piv/applet.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;
using iso7816::TlvWriter;

constexpr std::uint8_t kTemplate = 0x7C, kWitness = 0x80, kChallenge = 0x81, kResponse = 0x82, kExponentiation = 0x85;

Bytes answer(std::uint8_t tag, ByteView value) {
    return TlvWriter().nest(kTemplate, [&](TlvWriter& inner) { inner.put(tag, value); }).bytes();
}

/// Fields are what a dynamic authentication template holds.
struct Fields {
    std::optional<ByteView> witness, challenge, response, point;
};

std::optional<Fields> fields_of(ByteView dynamic) {
    Fields fields;
    iso7816::TlvReader reader(dynamic);
    while (!reader.at_end()) {
        const auto part = reader.read();
        if (!part) return std::nullopt;
        auto* field = part->tag == kWitness          ? &fields.witness
                      : part->tag == kChallenge      ? &fields.challenge
                      : part->tag == kResponse       ? &fields.response
                      : part->tag == kExponentiation ? &fields.point
                                                     : nullptr;
        if (field == nullptr || *field) return std::nullopt;
        *field = part->value;
    }
    return fields;
}

bool asked(const std::optional<ByteView>& field) { return field && field->empty(); }
bool given(const std::optional<ByteView>& field) { return field && !field->empty(); }

}  // namespace

iso7816::ResponseApdu PivApplet::general_authenticate(const Command& command, const Disturbance& disturbance) {
    iso7816::TlvReader reader(command.data);
    const auto dynamic = reader.read(kTemplate);
    if (!dynamic || !reader.at_end()) return {{}, sw::kIncorrectData};
    if (command.p2 == kManagementKey) return authenticate_management(command, dynamic->value);
    x_pending.reset();
    return use_key(command, dynamic->value, disturbance);
}

bool PivApplet::pin_satisfied(const SlotKey& slot) const {
    switch (slot.pin_policy) {
        case PinPolicy::never: return true;
        case PinPolicy::once: return verified();
        case PinPolicy::always: return verified() && x_fresh;
    }
    return false;
}

iso7816::ResponseApdu PivApplet::use_key(const Command& command, ByteView dynamic, const Disturbance& disturbance) {
    const auto found = x_state.keys.find(command.p2);
    if (!is_key_slot(command.p2) || found == x_state.keys.end()) return {{}, sw::kIncorrectP1P2};
    auto& slot = found->second;
    if (command.p1 != static_cast<std::uint8_t>(slot.algorithm)) return {{}, sw::kIncorrectP1P2};
    const bool allowed = pin_satisfied(slot);
    x_fresh = false;  // one VERIFY, one use, whatever comes of it
    if (!allowed) return {{}, sw::kSecurityStatusNotSatisfied};
    const auto fields = fields_of(dynamic);
    if (!fields || !asked(fields->response)) return {{}, sw::kIncorrectData};
    if (given(fields->challenge) && !fields->point && !fields->witness)
        return sign(slot, *fields->challenge, disturbance);
    if (given(fields->point) && !fields->challenge && !fields->witness) return agree(slot, *fields->point);
    return {{}, sw::kIncorrectData};
}

// RSA is the bare private operation, so deciphering is the same command; ECDSA takes the hash.
iso7816::ResponseApdu PivApplet::sign(SlotKey& slot, ByteView challenge, const Disturbance& disturbance) {
    const auto size = octets_of(slot.algorithm);
    if (is_rsa(slot.algorithm) ? challenge.size() != size : challenge.size() > size) return {{}, sw::kIncorrectData};
    auto signature = slot.key.sign(challenge, RsaPadding::none);
    if (!signature) return {{}, sw::kIncorrectData};
    worked(work_of(slot.algorithm, KeyOperation::Kind::use));
    if (disturbance.wrong_signature) signature->back() ^= 0x01U;
    return {answer(kResponse, *signature), sw::kOk};
}

iso7816::ResponseApdu PivApplet::agree(SlotKey& slot, ByteView point) {
    if (is_rsa(slot.algorithm)) return {{}, sw::kIncorrectData};
    const auto shared = slot.key.derive(point);
    if (!shared) return {{}, sw::kIncorrectData};
    worked(work_of(slot.algorithm, KeyOperation::Kind::use));
    return {answer(kResponse, *shared), sw::kOk};
}

// The card never enciphers what a host sends before that host has proven the key: it would answer its own challenge.
iso7816::ResponseApdu PivApplet::authenticate_management(const Command& command, ByteView dynamic) {
    const auto algorithm = algorithm_of(command.p1);
    if (algorithm != x_state.management.algorithm) return {{}, sw::kIncorrectP1P2};
    const auto fields = fields_of(dynamic);
    if (!fields || fields->point) return {{}, sw::kIncorrectData};
    const auto& cipher = *cipher_of(*algorithm);
    if (asked(fields->witness) && !fields->challenge && !fields->response) {
        x_pending = Pending{x_random.bytes(cipher.block), true};
        return {answer(kWitness, encipher_block(cipher, x_state.management.value, x_pending->expected)), sw::kOk};
    }
    if (asked(fields->challenge) && !fields->witness && !fields->response) {
        const auto challenge = x_random.bytes(cipher.block);
        x_pending = Pending{encipher_block(cipher, x_state.management.value, challenge), false};
        return {answer(kChallenge, challenge), sw::kOk};
    }
    if (given(fields->witness) && given(fields->challenge) && !given(fields->response) &&
        fields->challenge->size() == cipher.block)
        return answer_pending(*fields->witness, true, fields->challenge);
    if (given(fields->response) && !fields->witness && !fields->challenge)
        return answer_pending(*fields->response, false, std::nullopt);
    x_pending.reset();
    return {{}, sw::kIncorrectData};
}

iso7816::ResponseApdu PivApplet::answer_pending(ByteView given, bool witness, std::optional<ByteView> challenge) {
    const auto pending = std::exchange(x_pending, std::nullopt);
    x_managed = pending && pending->witness == witness && equal_secret(pending->expected, given);
    if (!x_managed) return {{}, sw::kSecurityStatusNotSatisfied};
    if (!challenge) return {{}, sw::kOk};
    const auto& cipher = *cipher_of(x_state.management.algorithm);
    return {answer(kResponse, encipher_block(cipher, x_state.management.value, *challenge)), sw::kOk};
}

}  // namespace rakit::cards::piv
