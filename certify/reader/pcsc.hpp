#pragma once

#include <reader.h>
#include <winscard.h>

#include <optional>
#include <string>
#include <vector>

#include "certify/reader/call_log.hpp"
#include "common/iso7816/apdu.hpp"

namespace rakit::certify {

/// Context is a connection to the PC/SC service, as raw as it gets: buffer sizes, handles and statuses are what is
/// judged, so nothing is put right here. One thread at a time, but for cancel().
class Context {
public:
    explicit Context(CallLog& log);
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { release(); }

    LONG status() const { return x_status; }
    SCARDCONTEXT get() const { return x_context; }
    CallLog& log() const { return x_log; }
    LONG release();
    /// readers lists all; none where the call fails.
    std::vector<std::string> readers();
    LONG change(DWORD timeout_ms, SCARD_READERSTATE* states, DWORD count);
    LONG cancel();

private:
    CallLog& x_log;
    SCARDCONTEXT x_context = 0;
    LONG x_status;
    bool x_open = false;
};

/// Reply is what an APDU came back with.
struct Reply {
    LONG status = SCARD_F_UNKNOWN_ERROR;
    Bytes bytes;
    /// sw is 0 where there are no two octets.
    std::uint16_t sw() const;
    ByteView data() const;
    bool is(std::uint16_t wanted) const { return status == SCARD_S_SUCCESS && sw() == wanted; }
};

/// kAnyProtocol is T=0 or T=1.
inline constexpr DWORD kAnyProtocol = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;

/// Handle is a connection to a card. The context outlives it.
class Handle {
public:
    explicit Handle(Context& context) : x_context(context) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle();

    LONG connect(const std::string& reader, DWORD share = SCARD_SHARE_SHARED, DWORD protocols = kAnyProtocol);
    LONG reconnect(DWORD initialization, DWORD share = SCARD_SHARE_SHARED, DWORD protocols = kAnyProtocol);
    LONG disconnect(DWORD disposition = SCARD_LEAVE_CARD);
    LONG begin();
    LONG end(DWORD disposition = SCARD_LEAVE_CARD);
    /// atr is Status's.
    LONG atr(Bytes& atr);
    LONG attribute(DWORD id, Bytes& value);
    LONG control(DWORD code, ByteView sent, Bytes& received);
    /// transmit hands over a buffer for the largest answer.
    Reply transmit(ByteView command);
    Reply transmit(const iso7816::CommandApdu& command) { return transmit(iso7816::encode(command)); }
    /// transmit_into takes the buffer and the size as they are to be.
    LONG transmit_into(ByteView command, std::uint8_t* buffer, DWORD& size);

    SCARDHANDLE get() const { return x_handle; }
    DWORD protocol() const { return x_protocol; }
    CallLog& log() const { return x_context.log(); }

private:
    Context& x_context;
    SCARDHANDLE x_handle = 0;
    DWORD x_protocol = 0;
    bool x_connected = false;
    Bytes x_buffer;
};

}  // namespace rakit::certify
