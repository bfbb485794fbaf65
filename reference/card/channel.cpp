#include "reference/card/channel.hpp"

#include <algorithm>
#include <chrono>

#include "common/base/secret.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kShortNc = 255;
constexpr std::size_t kShortNe = 256;
constexpr std::size_t kLargestResponse = 65536;
constexpr std::uint8_t kChainingBit = 0x10;

/// Stack owns the channels that make_channel puts on each other.
class Stack final : public ApduChannel {
public:
    Stack(ExclusiveAccess& access, Trace& trace, ChannelOptions options)
        : x_transmit(access, trace), x_response(x_transmit), x_long(x_response, options.extended_length) {}
    Result<iso7816::ResponseApdu> send(const iso7816::CommandApdu& command) override { return x_long.send(command); }

private:
    TransmitChannel x_transmit;
    ResponseChannel x_response;
    LongCommandChannel x_long;
};

}  // namespace

Result<iso7816::ResponseApdu> TransmitChannel::send(const iso7816::CommandApdu& command) {
    // Durations in a trace are for people; nothing is decided by them, so no Clock is passed for it.
    const auto start = std::chrono::steady_clock::now();
    auto octets = iso7816::encode(command);
    auto answer = x_access.transmit(octets);
    wipe(octets.data(), octets.size());  // a VERIFY is a command too
    auto response = answer ? iso7816::parse_response(*answer) : Result<iso7816::ResponseApdu>(fail(answer.error()));
    TraceEvent event;
    event.kind = TraceEvent::Kind::apdu;
    event.text = iso7816::header_line(command);
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    if (response)
        event.text += " -> " + std::to_string(response->data.size()) + " octets, " + iso7816::to_string(response->sw);
    else
        event.text += " -> " + std::string(name(response.error().code));
    x_trace.emit(std::move(event));
    if (!response) return fail(std::move(response).error().in(iso7816::header_line(command)));
    return response;
}

Result<iso7816::ResponseApdu> ResponseChannel::send(const iso7816::CommandApdu& command) {
    auto response = x_inner.send(command);
    if (response && response->sw.wrong_le()) {
        auto again = command;
        again.ne = response->sw.sw2() == 0 ? kShortNe : response->sw.sw2();
        response = x_inner.send(again);
    }
    if (!response || !response->sw.more()) return response;

    auto whole = std::move(*response);
    while (whole.sw.more()) {
        const std::size_t ne = whole.sw.sw2() == 0 ? kShortNe : whole.sw.sw2();
        iso7816::CommandApdu get_response;
        get_response.cla = static_cast<std::uint8_t>(command.cla & ~kChainingBit);
        get_response.ins = 0xC0;
        get_response.ne = ne;
        auto part = x_inner.send(get_response);
        if (!part) return part;
        append(whole.data, part->data);
        whole.sw = part->sw;
        // A card that announces without giving would keep us here for ever.
        if (whole.data.size() > kLargestResponse || (part->data.empty() && whole.sw.more()))
            return fail(ErrorCode::card_content_invalid, "the card announces more data than a response can hold",
                        "INS C0 SW " + iso7816::to_string(whole.sw));
    }
    return whole;
}

Result<iso7816::ResponseApdu> LongCommandChannel::send(const iso7816::CommandApdu& command) {
    const bool fits = command.data.size() <= kShortNc && command.ne <= kShortNe;
    if (fits || command.extended || x_extended) return x_inner.send(command);

    const ByteView data = command.data;
    std::size_t sent = 0;
    while (data.size() - sent > kShortNc) {
        auto part = command;
        part.cla |= kChainingBit;
        part.ne = 0;
        part.data.assign(data.begin() + static_cast<std::ptrdiff_t>(sent),
                         data.begin() + static_cast<std::ptrdiff_t>(sent + kShortNc));
        auto response = x_inner.send(part);
        if (!response || !response->sw.ok()) return response;
        sent += kShortNc;
    }
    auto last = command;
    last.data.assign(data.begin() + static_cast<std::ptrdiff_t>(sent), data.end());
    last.ne = std::min(command.ne, kShortNe);  // the rest comes by 61xx
    return x_inner.send(last);
}

std::unique_ptr<ApduChannel> make_channel(ExclusiveAccess& access, Trace& trace, ChannelOptions options) {
    return std::make_unique<Stack>(access, trace, options);
}

}  // namespace rakit::reference
