#include "certify/reader/presence.hpp"

#include <algorithm>

namespace rakit::certify {

Presence presence(Context& context, const std::string& reader) {
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    Presence now;
    now.status = context.change(0, &state, 1);
    now.event = state.dwEventState;
    now.atr.assign(state.rgbAtr, state.rgbAtr + std::min<DWORD>(state.cbAtr, MAX_ATR_SIZE));
    return now;
}

Presence await(Context& context, const std::string& reader, DWORD flag, std::chrono::milliseconds bound) {
    const auto until = std::chrono::steady_clock::now() + bound;
    auto now = presence(context, reader);
    while (now.status == SCARD_S_SUCCESS && !now.is(flag) && std::chrono::steady_clock::now() < until) {
        SCARD_READERSTATE state{};
        state.szReader = reader.c_str();
        // A reader that pcscd is just starting has no state to wait from.
        if (now.is(SCARD_STATE_EMPTY) || now.is(SCARD_STATE_PRESENT))
            state.dwCurrentState = now.event & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        if (context.change(static_cast<DWORD>(std::max<std::int64_t>(left, 1)), &state, 1) != SCARD_S_SUCCESS) break;
        now = presence(context, reader);
    }
    if (now.status == SCARD_S_SUCCESS && !now.is(flag)) now.status = SCARD_E_TIMEOUT;
    return now;
}

}  // namespace rakit::certify
