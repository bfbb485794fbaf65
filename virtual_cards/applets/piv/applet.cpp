#include "virtual_cards/applets/piv/applet.hpp"

#include <algorithm>

#include "common/iso7816/tlv.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;

constexpr iso7816::StatusWord kSecureMessagingNotSupported{0x6882};

// SP 800-73-4 part 2 table 3: PIX with version, label, where the specification is, the authority that gave the AID.
Bytes property_template() {
    using iso7816::TlvWriter;
    return TlvWriter()
        .nest(0x61,
              [](TlvWriter& inner) {
                  inner.put(0x4F, ByteView(kAid).subspan(5));
                  inner.nest(0x79, [](TlvWriter& authority) { authority.put(0x4F, ByteView(kAid).first(5)); });
                  inner.put(0x50, as_bytes("Personal Identity Verification Card"));
                  inner.put(0x5F50, as_bytes("http://csrc.nist.gov/npivp"));
              })
        .bytes();
}

// The whole AID or a right-truncated one; a part of the RID names nothing.
bool is_our_aid(ByteView aid) {
    constexpr std::size_t kRid = 5;
    return aid.size() >= kRid && aid.size() <= sizeof kAid && equal_bytes(aid, ByteView(kAid).first(aid.size()));
}

}  // namespace

PivApplet::PivApplet(State state)
    : x_state(std::move(state)), x_random(x_state.seed, "piv random " + to_hex(x_state.guid)) {}

void PivApplet::reset() {
    x_selected = x_verified = x_global_verified = x_fresh = x_managed = false;
    x_pending.reset();
}

iso7816::ResponseApdu PivApplet::execute(const Command& command, const Disturbance& disturbance) {
    if (command.cla >= 0x80) return {{}, sw::kClaNotSupported};
    if ((command.cla & 0x03) != 0) return {{}, sw::kLogicalChannelNotSupported};
    if ((command.cla & 0x0C) != 0) return {{}, kSecureMessagingNotSupported};
    if (command.cla != 0) return {{}, sw::kClaNotSupported};
    if (command.ins == 0xA4) return select(command);
    if (!x_selected) return {{}, sw::kInsNotSupported};
    // A challenge is answered by the next command or not at all.
    if (command.ins != 0x87) x_pending.reset();
    return dispatch(command, disturbance);
}

iso7816::ResponseApdu PivApplet::dispatch(const Command& command, const Disturbance& disturbance) {
    switch (command.ins) {
        case 0xCB: return get_data(command, disturbance);
        case 0xDB: return put_data(command, disturbance);
        case 0x20: return verify(command);
        case 0x24: return change_reference_data(command, disturbance);
        case 0x2C: return reset_retry_counter(command, disturbance);
        case 0x87: return general_authenticate(command, disturbance);
        case 0x47: return generate(command, disturbance);
        case 0xFD: return get_version(command);
        case 0xF8: return get_serial(command, disturbance);
        case 0xF7: return get_metadata(command);
        case 0xFE: return import_key(command, disturbance);
        case 0xFF: return set_management_key(command, disturbance);
        case 0xFA: return set_retries(command, disturbance);
        case 0xFB: return factory_reset(command, disturbance);
        case 0xF9: return attest(command);
        default: return {{}, sw::kInsNotSupported};
    }
}

// A foreign or repeated SELECT leaves selection and security status as they are (SP 800-73-4 part 2 section 3.1.1).
iso7816::ResponseApdu PivApplet::select(const Command& command) {
    if (command.p1 != 0x04 || (command.p2 != 0x00 && command.p2 != 0x0C)) return {{}, sw::kIncorrectP1P2};
    if (!is_our_aid(command.data)) return {{}, sw::kFileNotFound};
    x_selected = true;
    x_pending.reset();
    return {command.p2 == 0x0C ? Bytes{} : property_template(), sw::kOk};
}

}  // namespace rakit::cards::piv
