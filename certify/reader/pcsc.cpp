#include "certify/reader/pcsc.hpp"

#include <fmt/format.h>

namespace rakit::certify {
namespace {

constexpr std::size_t kLargestAnswer = 65538;
using Clock = std::chrono::steady_clock;

const char* word(DWORD disposition) {
    switch (disposition) {
        case SCARD_LEAVE_CARD: return "LEAVE";
        case SCARD_RESET_CARD: return "RESET";
        case SCARD_UNPOWER_CARD: return "UNPOWER";
        default: return "EJECT";
    }
}

const char* share_word(DWORD share) {
    switch (share) {
        case SCARD_SHARE_EXCLUSIVE: return "EXCLUSIVE";
        case SCARD_SHARE_SHARED: return "SHARED";
        default: return "DIRECT";
    }
}

}  // namespace

Context::Context(CallLog& log) : x_log(log) {
    const auto from = Clock::now();
    x_status = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &x_context);
    x_open = x_status == SCARD_S_SUCCESS;
    x_log.call("SCardEstablishContext", x_status, from, {}, {});
}

LONG Context::release() {
    if (!x_open) return SCARD_E_INVALID_HANDLE;
    x_open = false;
    const auto from = Clock::now();
    const LONG status = SCardReleaseContext(x_context);
    x_log.call("SCardReleaseContext", status, from, {}, {});
    return status;
}

std::vector<std::string> Context::readers() {
    DWORD size = 0;
    const auto from = Clock::now();
    LONG status = SCardListReaders(x_context, nullptr, nullptr, &size);
    std::string names(size, '\0');
    if (status == SCARD_S_SUCCESS) status = SCardListReaders(x_context, nullptr, names.data(), &size);
    x_log.call("SCardListReaders", status, from, {}, {});
    std::vector<std::string> readers;
    if (status != SCARD_S_SUCCESS) return readers;
    for (std::size_t at = 0; at < size && names[at] != '\0'; at += readers.back().size() + 1)
        readers.emplace_back(names.c_str() + at);
    return readers;
}

LONG Context::change(DWORD timeout_ms, SCARD_READERSTATE* states, DWORD count) {
    const auto from = Clock::now();
    const LONG status = SCardGetStatusChange(x_context, timeout_ms, states, count);
    x_log.call("SCardGetStatusChange", status, from, {}, {},
               count == 0 ? "" : fmt::format("state {:08X}", static_cast<std::uint32_t>(states[0].dwEventState)));
    return status;
}

LONG Context::cancel() {
    const auto from = Clock::now();
    const LONG status = SCardCancel(x_context);
    x_log.call("SCardCancel", status, from, {}, {});
    return status;
}

std::uint16_t Reply::sw() const {
    return bytes.size() < 2 ? 0 : static_cast<std::uint16_t>(bytes[bytes.size() - 2] << 8 | bytes.back());
}

ByteView Reply::data() const { return bytes.size() < 2 ? ByteView() : ByteView(bytes).first(bytes.size() - 2); }

Handle::~Handle() {
    if (x_connected) SCardDisconnect(x_handle, SCARD_LEAVE_CARD);
}

LONG Handle::connect(const std::string& reader, DWORD share, DWORD protocols) {
    if (x_connected) disconnect();
    const auto from = Clock::now();
    const LONG status = SCardConnect(x_context.get(), reader.c_str(), share, protocols, &x_handle, &x_protocol);
    x_connected = status == SCARD_S_SUCCESS;
    log().call("SCardConnect", status, from, {}, {}, share_word(share));
    return status;
}

LONG Handle::reconnect(DWORD initialization, DWORD share, DWORD protocols) {
    const auto from = Clock::now();
    const LONG status = SCardReconnect(x_handle, share, protocols, initialization, &x_protocol);
    log().call("SCardReconnect", status, from, {}, {}, fmt::format("{} {}", share_word(share), word(initialization)));
    return status;
}

LONG Handle::disconnect(DWORD disposition) {
    const auto from = Clock::now();
    const LONG status = SCardDisconnect(x_handle, disposition);
    log().call("SCardDisconnect", status, from, {}, {}, word(disposition));
    x_connected = false;
    return status;
}

LONG Handle::begin() {
    const auto from = Clock::now();
    const LONG status = SCardBeginTransaction(x_handle);
    log().call("SCardBeginTransaction", status, from, {}, {});
    return status;
}

LONG Handle::end(DWORD disposition) {
    const auto from = Clock::now();
    const LONG status = SCardEndTransaction(x_handle, disposition);
    log().call("SCardEndTransaction", status, from, {}, {}, word(disposition));
    return status;
}

LONG Handle::atr(Bytes& atr) {
    atr.assign(MAX_ATR_SIZE, 0);
    DWORD size = atr.size();
    DWORD name_size = 0;
    const auto from = Clock::now();
    const LONG status = SCardStatus(x_handle, nullptr, &name_size, nullptr, nullptr, atr.data(), &size);
    atr.resize(status == SCARD_S_SUCCESS ? std::min<std::size_t>(size, MAX_ATR_SIZE) : 0);
    log().call("SCardStatus", status, from, {}, atr);
    return status;
}

LONG Handle::attribute(DWORD id, Bytes& value) {
    value.assign(MAX_BUFFER_SIZE, 0);
    DWORD size = value.size();
    const auto from = Clock::now();
    const LONG status = SCardGetAttrib(x_handle, id, value.data(), &size);
    value.resize(status == SCARD_S_SUCCESS ? std::min<std::size_t>(size, MAX_BUFFER_SIZE) : 0);
    log().call("SCardGetAttrib", status, from, {}, value, fmt::format("{:08X}", id));
    return status;
}

LONG Handle::control(DWORD code, ByteView sent, Bytes& received) {
    received.assign(MAX_BUFFER_SIZE, 0);
    DWORD size = 0;
    const auto from = Clock::now();
    const LONG status = SCardControl(x_handle, code, sent.data(), sent.size(), received.data(), received.size(), &size);
    received.resize(status == SCARD_S_SUCCESS ? std::min<std::size_t>(size, MAX_BUFFER_SIZE) : 0);
    // What goes to a PIN pad tells its form, never a PIN; still, only its length is shown.
    log().call("SCardControl", status, from, {}, received, fmt::format("{:08X}, {} octets", code, sent.size()));
    return status;
}

LONG Handle::transmit_into(ByteView command, std::uint8_t* buffer, DWORD& size) {
    const auto* pci = x_protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    return SCardTransmit(x_handle, pci, command.data(), command.size(), nullptr, buffer, &size);
}

Reply Handle::transmit(ByteView command) {
    x_buffer.resize(kLargestAnswer);
    DWORD size = x_buffer.size();
    const auto from = Clock::now();
    Reply reply;
    reply.status = transmit_into(command, x_buffer.data(), size);
    if (reply.status == SCARD_S_SUCCESS)
        reply.bytes.assign(x_buffer.begin(),
                           x_buffer.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(size, kLargestAnswer)));
    log().call("SCardTransmit", reply.status, from, command, reply.bytes);
    return reply;
}

}  // namespace rakit::certify
