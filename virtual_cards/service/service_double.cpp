// A wrong PC/SC service for one client: this library is preloaded, passes each call on to libpcsclite and bends what
// the one fault in its environment bends.
#include <dlfcn.h>
#include <unistd.h>
#include <winscard.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

#include "virtual_cards/reader/service_fault.hpp"

namespace {

using rakit::reader::ServiceFault;
using namespace std::chrono_literals;

constexpr auto kLate = 1500ms;
constexpr unsigned kLockSeconds = 3;
constexpr auto kLongestPause = 10s;
constexpr DWORD kRoom = MAX_BUFFER_SIZE_EXTENDED;
constexpr std::string_view kPnp = "\\\\?PnP?\\Notification";

bool has(ServiceFault fault) {
    static const auto mine = [] {
        const char* name = std::getenv(rakit::reader::kServiceFaultVariable);
        return rakit::reader::service_fault_from_name(name == nullptr ? "" : name);
    }();
    return mine == fault;
}

/// real finds libpcsclite's function behind ours.
template <class F>
F real(const char* name, F) {
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

/// hidden turns what says that the service has gone into a time-out.
LONG hidden(LONG code) {
    const bool gone = code == SCARD_E_NO_SERVICE || code == SCARD_E_SERVICE_STOPPED || code == SCARD_F_COMM_ERROR ||
                      code == SCARD_E_INVALID_HANDLE;
    return gone && has(ServiceFault::service_loss_hidden) ? SCARD_E_TIMEOUT : code;
}

LONG unknown(LONG code) {
    const bool bend = code == SCARD_E_UNKNOWN_READER && has(ServiceFault::unknown_reader_hidden);
    return bend ? SCARD_E_READER_UNAVAILABLE : code;
}

/// again connects anew behind the caller's back after a reset that somebody else made, and repeats the call.
template <class F>
LONG again(SCARDHANDLE card, F&& call) {
    LONG code = call();
    if (code != SCARD_W_RESET_CARD || !has(ServiceFault::reset_notice_lost)) return hidden(code);
    DWORD protocol = 0;
    real("SCardReconnect", &::SCardReconnect)(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD,
                                              &protocol);
    code = call();
    return hidden(code);
}

/// outlive leaves a process behind that keeps our connections to the service open.
void outlive() {
    if (::fork() != 0) return;
    ::sleep(kLockSeconds);
    ::_exit(0);
}

void cut_copy(const std::vector<BYTE>& from, DWORD size, LPBYTE to, LPDWORD room) {
    *room = std::min(*room, size);
    std::memcpy(to, from.data(), *room);
}

}  // namespace

extern "C" {

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR readers, LPDWORD size) {
    const auto call = real("SCardListReaders", &::SCardListReaders);
    const DWORD room = *size;
    LONG code = call(context, groups, readers, size);
    if (code == SCARD_E_INSUFFICIENT_BUFFER && has(ServiceFault::short_list_taken)) {
        std::vector<char> all(*size);
        DWORD full = *size;
        code = call(context, groups, all.data(), &full);
        *size = std::min(room, full);
        std::memcpy(readers, all.data(), *size);
    }
    if (code == SCARD_E_NO_READERS_AVAILABLE && has(ServiceFault::no_readers_is_success)) {
        if (readers != nullptr && room > 0 && room != SCARD_AUTOALLOCATE) readers[0] = '\0';
        *size = 1;
        return SCARD_S_SUCCESS;
    }
    return hidden(code);
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE card,
                  LPDWORD protocol) {
    if (share == SCARD_SHARE_SHARED && has(ServiceFault::shared_is_exclusive)) share = SCARD_SHARE_EXCLUSIVE;
    if (share == SCARD_SHARE_EXCLUSIVE && has(ServiceFault::exclusive_is_shared)) share = SCARD_SHARE_SHARED;
    if (share == SCARD_SHARE_DIRECT && has(ServiceFault::direct_needs_card)) {
        share = SCARD_SHARE_SHARED;
        protocols = SCARD_PROTOCOL_ANY;
    }
    return hidden(unknown(real("SCardConnect", &::SCardConnect)(context, reader, share, protocols, card, protocol)));
}

LONG SCardReconnect(SCARDHANDLE card, DWORD share, DWORD protocols, DWORD initialization, LPDWORD protocol) {
    if (share == SCARD_SHARE_EXCLUSIVE && has(ServiceFault::reconnect_stays_shared)) share = SCARD_SHARE_SHARED;
    return hidden(real("SCardReconnect", &::SCardReconnect)(card, share, protocols, initialization, protocol));
}

LONG SCardDisconnect(SCARDHANDLE card, DWORD disposition) {
    if (disposition == SCARD_UNPOWER_CARD && has(ServiceFault::unpower_is_leave))
        disposition = SCARD_LEAVE_CARD;
    else if (disposition == SCARD_LEAVE_CARD && has(ServiceFault::leave_is_reset))
        disposition = SCARD_RESET_CARD;
    const LONG code = real("SCardDisconnect", &::SCardDisconnect)(card, disposition);
    if (code == SCARD_E_INVALID_HANDLE && has(ServiceFault::double_disconnect_taken)) return SCARD_S_SUCCESS;
    return hidden(code);
}

LONG SCardBeginTransaction(SCARDHANDLE card) {
    if (has(ServiceFault::transaction_not_exclusive)) return SCARD_S_SUCCESS;
    const LONG code = again(card, [&] { return real("SCardBeginTransaction", &::SCardBeginTransaction)(card); });
    if (code == SCARD_S_SUCCESS && has(ServiceFault::lock_outlives_holder)) outlive();
    return code;
}

LONG SCardEndTransaction(SCARDHANDLE card, DWORD disposition) {
    if (has(ServiceFault::transaction_not_exclusive)) return SCARD_S_SUCCESS;
    const LONG code = real("SCardEndTransaction", &::SCardEndTransaction)(card, disposition);
    if (code == SCARD_E_NOT_TRANSACTED && has(ServiceFault::end_without_begin_taken)) return SCARD_S_SUCCESS;
    if (code == SCARD_E_SHARING_VIOLATION && has(ServiceFault::foreign_end_taken)) return SCARD_S_SUCCESS;
    return hidden(code);
}

LONG SCardStatus(SCARDHANDLE card, LPSTR names, LPDWORD size, LPDWORD state, LPDWORD protocol, LPBYTE atr,
                 LPDWORD atr_size) {
    return again(
        card, [&] { return real("SCardStatus", &::SCardStatus)(card, names, size, state, protocol, atr, atr_size); });
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE* states, DWORD count) {
    for (DWORD at = 0; at < count; ++at) {
        if (!has(ServiceFault::pnp_event_lost) || states[at].szReader != kPnp) continue;
        std::this_thread::sleep_for(
            std::min<std::chrono::milliseconds>(std::chrono::milliseconds(timeout), kLongestPause));
        return SCARD_E_TIMEOUT;
    }
    const LONG code = real("SCardGetStatusChange", &::SCardGetStatusChange)(context, timeout, states, count);
    if (has(ServiceFault::late_time_out)) std::this_thread::sleep_for(kLate);
    for (DWORD at = 0; at < count; ++at) {
        if (has(ServiceFault::change_bit_missing)) states[at].dwEventState &= ~static_cast<DWORD>(SCARD_STATE_CHANGED);
        if (has(ServiceFault::event_counter_stuck)) states[at].dwEventState &= 0xFFFF;
    }
    return hidden(unknown(code));
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST* send, LPCBYTE command, DWORD size,
                   SCARD_IO_REQUEST* received, LPBYTE answer, LPDWORD room) {
    const auto call = real("SCardTransmit", &::SCardTransmit);
    if (!has(ServiceFault::short_answer_taken))
        return again(card, [&] { return call(card, send, command, size, received, answer, room); });
    std::vector<BYTE> all(kRoom);
    DWORD full = kRoom;
    const LONG code = call(card, send, command, size, received, all.data(), &full);
    if (code == SCARD_S_SUCCESS) cut_copy(all, full, answer, room);
    return code;
}

LONG SCardGetAttrib(SCARDHANDLE card, DWORD id, LPBYTE value, LPDWORD room) {
    const auto call = real("SCardGetAttrib", &::SCardGetAttrib);
    if (!has(ServiceFault::attribute_overflow) || value == nullptr || *room == SCARD_AUTOALLOCATE)
        return again(card, [&] { return call(card, id, value, room); });
    std::vector<BYTE> all(MAX_BUFFER_SIZE);
    DWORD full = MAX_BUFFER_SIZE;
    const LONG code = call(card, id, all.data(), &full);
    if (code == SCARD_S_SUCCESS) cut_copy(all, full, value, room);
    return code;
}

LONG SCardCancel(SCARDCONTEXT context) {
    if (has(ServiceFault::cancel_ignored)) return SCARD_S_SUCCESS;
    return hidden(real("SCardCancel", &::SCardCancel)(context));
}
}
