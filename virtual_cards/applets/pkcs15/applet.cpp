#include "virtual_cards/applets/pkcs15/applet.hpp"

namespace rakit::cards::pkcs15 {

namespace sw = iso7816::sw;

Pkcs15Applet::Pkcs15Applet(State state)
    : x_state(std::move(state)), x_random(x_state.seed, "card random " + to_hex(x_state.serial)) {
    reset();
}

void Pkcs15Applet::reset() {
    x_state.pins.reset();
    x_df = FileSystem::kMf;
    x_file.reset();
    x_environment = {};
    x_first_half.clear();
    x_import_file.reset();
    x_import.clear();
}

bool Pkcs15Applet::allowed(const File& file, Right right) const {
    return !x_state.activated || x_state.pins.allows(file.access(right));
}

iso7816::ResponseApdu Pkcs15Applet::execute(const Command& command, const Disturbance& disturbance) {
    // OpenSC deletes with CLA A0, as the card manual has it.
    if (command.cla != 0x00 && !(command.cla == 0xA0 && command.ins == 0xE4))
        return {
            {},
            command.cla < 0x80 && (command.cla & 0x03) != 0 ? sw::kLogicalChannelNotSupported : sw::kClaNotSupported};
    if (command.ins != 0x2A) x_first_half.clear();
    switch (command.ins) {
        case 0xA4: return select(command);
        case 0xB0: return read_binary(command);
        case 0xD6: return update_binary(command, disturbance);
        case 0xE0: return create_file(command, disturbance);
        case 0xE4: return delete_file(command, disturbance);
        case 0x44: return activate(command, disturbance);
        case 0x20: return verify(command);
        case 0x24: return change_reference_data(command, disturbance);
        case 0x2C: return reset_retry_counter(command, disturbance);
        case 0x2E: return deauthenticate(command);
        case 0xCA: return get_data(command, disturbance);
        case 0xDA: return put_data(command, disturbance);
        case 0x46: return generate(command, disturbance);
        case 0x22: return manage_environment(command);
        case 0x2A: return perform_operation(command, disturbance);
        case 0x86: return agree(command);
        case 0x84: return challenge(command);
        default: return {{}, sw::kInsNotSupported};
    }
}

}  // namespace rakit::cards::pkcs15
