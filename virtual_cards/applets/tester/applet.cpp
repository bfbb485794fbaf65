#include "virtual_cards/applets/tester/applet.hpp"

#include "virtual_cards/applets/tester/crc32.hpp"

namespace rakit::cards::tester {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

constexpr std::uint8_t kEcho = 0x50, kStatus = 0x52, kDelay = 0x54, kCounters = 0x56, kStamp = 0x58, kRam = 0x5A;
constexpr std::size_t kMaxResponse = 65533;  // what vpcd can carry besides the status word
constexpr std::size_t kMaxPattern = 256;
constexpr std::uint16_t kMaxDelay = 60000;  // milliseconds

std::uint16_t p1p2(const iso7816::CommandApdu& command) {
    return static_cast<std::uint16_t>(command.p1 << 8 | command.p2);
}

void push_u32(Bytes& to, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

}  // namespace

void TesterApplet::begin(ResetCause cause) {
    x_cause = cause;
    x_selected = Selected::nothing;
    x_session_apdus = 0;
    x_last_verify.clear();
    x_state.pins.reset();
}

void TesterApplet::reset() {
    if (!x_powered) return;
    ++x_state.counters.warm_resets;
    begin(ResetCause::warm_reset);
}

// Power that comes while the card has power is a cold reset too: its contacts were deactivated in between, or the
// reader's word for it got lost.
void TesterApplet::power_on() {
    ++x_state.counters.power_ons;
    if (x_in_reader) ++x_state.counters.cold_resets;
    begin(x_in_reader ? ResetCause::cold_reset : ResetCause::insertion);
    x_pattern.clear();
    x_powered = true;
    x_in_reader = true;
}

void TesterApplet::power_off() {
    x_powered = false;
    x_pattern.clear();
    x_state.pins.reset();
}

void TesterApplet::remove() { x_in_reader = false; }

void TesterApplet::arrived() {
    ++x_state.counters.apdus;
    ++x_session_apdus;
}

ResponseApdu TesterApplet::execute(const Command& command, const Disturbance& disturbance) {
    if (command.cla == 0x00 && command.ins == 0xA4) return select(command);
    if (x_selected == Selected::nothing) return {{}, sw::kInsNotSupported};
    if (command.cla == 0x00 && x_selected == Selected::own) {
        if (command.ins == 0x20) return verify(command);
        if (command.ins == 0x2C) return reset_retry_counter(command, disturbance);
        return {{}, sw::kInsNotSupported};
    }
    if (command.cla != 0x80) return {{}, sw::kClaNotSupported};
    return x_selected == Selected::own ? own(command, disturbance) : handler_test(command);
}

// A SELECT that fails leaves the selection as it was (ISO/IEC 7816-4 section 7.1.1).
ResponseApdu TesterApplet::select(const Command& command) {
    if (command.p1 != 0x04 || (command.p2 != 0x00 && command.p2 != 0x0C)) return {{}, sw::kIncorrectP1P2};
    if (command.data.empty() || command.data.size() > 16) return {{}, sw::kWrongLength};
    if (equal_bytes(command.data, kHandlerTestAid))
        x_selected = Selected::handler_test;
    else if (equal_bytes(command.data, kOwnAid))
        x_selected = Selected::own;
    else
        return {{}, sw::kFileNotFound};
    x_state.pins.reset();
    return {{}, sw::kOk};
}

ResponseApdu TesterApplet::own(const Command& command, const Disturbance&) {
    switch (command.ins) {
        case kEcho: return echo(command);
        case kStatus: return any_status(command);
        case kDelay: return delay(command);
        case kCounters: return counters(command);
        case kStamp: return stamp(command);
        case kRam: return ram(command);
        default: return handler_test(command);
    }
}

// P1 00: the data and its CRC; 01: its length and CRC; 02: so many octets as the data says (four octets), each its
// place modulo 251, and their CRC.
ResponseApdu TesterApplet::echo(const Command& command) const {
    if (command.p1 > 2 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    constexpr std::size_t kCrc = 4, kPeriod = 251;
    Bytes answer;
    if (command.p1 == 1) {
        push_u32(answer, static_cast<std::uint32_t>(command.data.size()));
        push_u32(answer, crc32(command.data));
        return {std::move(answer), sw::kOk};
    }
    if (command.p1 == 2) {
        if (command.data.size() != kCrc) return {{}, sw::kWrongLength};
        std::size_t size = 0;
        for (const auto octet : command.data) size = size << 8 | octet;
        if (size > kMaxResponse - kCrc) return {{}, sw::kIncorrectData};
        for (std::size_t i = 0; i < size; ++i) answer.push_back(static_cast<std::uint8_t>(i % kPeriod));
    } else {
        if (command.data.size() > kMaxResponse - kCrc) return {{}, sw::kWrongLength};
        answer = command.data;
    }
    const auto sum = crc32(answer);
    push_u32(answer, sum);
    return {std::move(answer), sw::kOk};
}

// The status word is P1P2; the command's data goes back before it, so that warnings with data can be had.
ResponseApdu TesterApplet::any_status(const Command& command) const {
    const bool valid = (command.p1 & 0xF0) == 0x60 ? command.p1 != 0x60 : (command.p1 & 0xF0) == 0x90;
    if (!valid) return {{}, sw::kIncorrectP1P2};
    return {command.data, iso7816::StatusWord(p1p2(command))};
}

ResponseApdu TesterApplet::delay(const Command& command) {
    if (p1p2(command) > kMaxDelay) return {{}, sw::kIncorrectP1P2};
    waited(std::chrono::milliseconds(p1p2(command)));
    return {command.data, sw::kOk};
}

ResponseApdu TesterApplet::counters(const Command& command) const {
    if (p1p2(command) != 0) return {{}, sw::kIncorrectP1P2};
    if (!command.data.empty()) return {{}, sw::kWrongLength};
    const auto& count = x_state.counters;
    Bytes answer;
    for (const auto value : {count.power_ons, count.cold_resets, count.warm_resets, count.apdus, x_session_apdus,
                             static_cast<std::uint32_t>(x_cause)})
        push_u32(answer, value);
    return {std::move(answer), sw::kOk};
}

ResponseApdu TesterApplet::stamp(const Command& command) {
    if (p1p2(command) != 0) return {{}, sw::kIncorrectP1P2};
    Bytes answer;
    push_u32(answer, ++x_state.counters.stamps);
    append(answer, command.data);
    return {std::move(answer), sw::kOk};
}

// P1 00 reads, 01 writes.
ResponseApdu TesterApplet::ram(const Command& command) {
    if (command.p1 > 1 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    if (command.p1 == 1) {
        if (command.data.empty() || command.data.size() > kMaxPattern) return {{}, sw::kWrongLength};
        x_pattern = command.data;
        return {{}, sw::kOk};
    }
    if (!command.data.empty()) return {{}, sw::kWrongLength};
    if (x_pattern.empty()) return {{}, sw::kReferencedDataNotFound};
    return {x_pattern, sw::kOk};
}

}  // namespace rakit::cards::tester
