// The driver interface of pcsc-lite (ifdhandler.h, version 3.0). It has no context pointer: which reader a number (Lun)
// means is this library's state.
#include <pcsclite.h>
#include <reader.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "virtual_cards/ifd/usb_bus.hpp"

// The header doesn't say that its functions are C's, nor that they are seen from outside.
#pragma GCC visibility push(default)
extern "C" {
#include <ifdhandler.h>
}
#pragma GCC visibility pop

namespace rakit::ifd {
namespace {

using reader::Outcome;

struct Channels {
    std::mutex mutex;
    std::map<DWORD, Slot*> by_lun;
};

Channels& channels() {
    static auto* const all = new Channels;  // never destroyed: pcscd's threads may outlive static objects
    return *all;
}

Slot* slot_of(DWORD lun) {
    auto& all = channels();
    std::lock_guard lock(all.mutex);
    const auto found = all.by_lun.find(lun);
    return found == all.by_lun.end() ? nullptr : found->second;
}

RESPONSECODE code_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::done: return IFD_SUCCESS;
        case Outcome::no_card: return IFD_ICC_NOT_PRESENT;
        case Outcome::unplugged: return IFD_NO_SUCH_DEVICE;
        case Outcome::communication: return IFD_COMMUNICATION_ERROR;
        case Outcome::timeout: return IFD_RESPONSE_TIMEOUT;
        case Outcome::power: return IFD_ERROR_POWER_ACTION;
        case Outcome::protocol: return IFD_PROTOCOL_NOT_SUPPORTED;
        case Outcome::unsupported: return IFD_NOT_SUPPORTED;
        case Outcome::unknown_tag: return IFD_ERROR_TAG;
        case Outcome::short_buffer: return IFD_ERROR_INSUFFICIENT_BUFFER;
    }
    return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE give(ByteView octets, PDWORD length, PUCHAR value) {
    const DWORD room = *length;
    *length = octets.size();
    if (value == nullptr) return IFD_SUCCESS;
    if (room < octets.size()) return IFD_ERROR_INSUFFICIENT_BUFFER;
    if (!octets.empty()) std::memcpy(value, octets.data(), octets.size());
    return IFD_SUCCESS;
}

template <class T>
RESPONSECODE give_value(const T& what, PDWORD length, PUCHAR value) {
    return give({reinterpret_cast<const std::uint8_t*>(&what), sizeof what}, length, value);
}

RESPONSECODE poll_slot(DWORD lun, int timeout) {
    auto* slot = slot_of(lun);
    if (slot == nullptr || !slot->settings().plugged) return IFD_NO_SUCH_DEVICE;
    slot->poll(std::chrono::milliseconds(timeout));
    return IFD_SUCCESS;
}

RESPONSECODE stop_poll(DWORD lun) {
    if (auto* slot = slot_of(lun)) slot->stop();
    return IFD_SUCCESS;
}

constexpr std::uint8_t kMaxReaders = 16;  // pcscd's own limit

}  // namespace
}  // namespace rakit::ifd

using namespace rakit;
using namespace rakit::ifd;

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device) {
    auto* slot = UsbBus::the_one().slot(device);
    if (slot == nullptr || !slot->settings().plugged) return IFD_NO_SUCH_DEVICE;
    slot->channel();
    auto& all = channels();
    std::lock_guard lock(all.mutex);
    all.by_lun[lun] = slot;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD, DWORD) { return IFD_NO_SUCH_DEVICE; }

RESPONSECODE IFDHCloseChannel(DWORD lun) {
    auto* slot = slot_of(lun);
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    slot->reader().power(reader::Power::off);
    slot->channel();
    auto& all = channels();
    std::lock_guard lock(all.mutex);
    all.by_lun.erase(lun);
    return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
    auto* slot = slot_of(lun);
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    const auto number = [&](std::uint8_t n) { return give({&n, 1}, length, value); };
    switch (tag) {
        case TAG_IFD_SIMULTANEOUS_ACCESS: return number(kMaxReaders);
        case TAG_IFD_THREAD_SAFE: return number(1);
        case TAG_IFD_SLOTS_NUMBER: return number(1);
        case TAG_IFD_POLLING_THREAD_KILLABLE: return number(0);
        case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT: return give_value(&poll_slot, length, value);
        case TAG_IFD_STOP_POLLING_THREAD:
            // pcscd asks when the last user has gone: the only way for a driver to know.
            slot->reader().left();
            return give_value(&stop_poll, length, value);
        default: break;
    }
    const auto octets =
        slot->reader().attribute(tag == TAG_IFD_ATR ? SCARD_ATTR_ATR_STRING : static_cast<std::uint32_t>(tag));
    return octets ? give(*octets, length, value) : IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD, DWORD, DWORD, PUCHAR) { return IFD_ERROR_TAG; }

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR, UCHAR, UCHAR, UCHAR) {
    auto* slot = slot_of(lun);
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    return code_of(slot->reader().set_protocol(protocol == SCARD_PROTOCOL_T1 ? 1 : 0));
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD atr_length) {
    auto* slot = slot_of(lun);
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    if (action != IFD_POWER_UP && action != IFD_POWER_DOWN && action != IFD_RESET) return IFD_NOT_SUPPORTED;
    const auto what = action == IFD_POWER_UP     ? reader::Power::on
                      : action == IFD_POWER_DOWN ? reader::Power::off
                                                 : reader::Power::reset;
    const auto answered = slot->reader().power(what);
    if (answered.outcome != Outcome::done || what == reader::Power::off) {
        *atr_length = 0;
        return code_of(answered.outcome);
    }
    return give(answered.octets, atr_length, atr);
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD size, PUCHAR answer, PDWORD room,
                               PSCARD_IO_HEADER received) {
    auto* slot = slot_of(lun);
    const DWORD limit = *room;
    *room = 0;
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    auto answered = slot->reader().transmit({command, size});
    if (answered.outcome != Outcome::done) return code_of(answered.outcome);
    // pcscd and its client compare the length with their own room; more than this buffer is never written.
    answered.octets.resize(std::min<std::size_t>(answered.octets.size() + answered.overlong, limit));
    std::memcpy(answer, answered.octets.data(), answered.octets.size());
    *room = answered.octets.size();
    received->Protocol = send.Protocol;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR input, DWORD size, PUCHAR output, DWORD room, LPDWORD returned) {
    auto* slot = slot_of(lun);
    *returned = 0;
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    const auto answered = slot->reader().control(static_cast<std::uint32_t>(code), {input, size});
    if (answered.outcome != Outcome::done) return code_of(answered.outcome);
    if (answered.octets.size() > room) return IFD_ERROR_INSUFFICIENT_BUFFER;
    std::memcpy(output, answered.octets.data(), answered.octets.size());
    *returned = answered.octets.size();
    return IFD_SUCCESS;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
    auto* slot = slot_of(lun);
    if (slot == nullptr) return IFD_NO_SUCH_DEVICE;
    const auto look = slot->look();
    return look == Outcome::done ? IFD_ICC_PRESENT : code_of(look);
}
