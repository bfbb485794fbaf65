#include "scenarios/links/vpcd_host.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "common/base/descriptor.hpp"

namespace rakit::scenarios {
namespace {

using std::chrono::milliseconds;

constexpr Bytes::value_type kPowerOn = 0x01;
constexpr Bytes::value_type kReset = 0x02;
constexpr Bytes::value_type kGetAtr = 0x04;
constexpr std::size_t kMaxAtr = 33;  // ISO/IEC 7816-3 section 8.2.1
constexpr std::size_t kMaxCommand = 65535;
// A card that came and went before anybody asked for it waits in the queue until the next power-on.
constexpr int kMostWaiting = 64;

}  // namespace

Result<std::unique_ptr<VpcdHost>> VpcdHost::listen(milliseconds bound) {
    Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (!listener || ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener.get(), kMostWaiting) != 0 ||
        ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
        return fail(ErrorCode::io_failed, std::strerror(errno), "127.0.0.1");
    return std::unique_ptr<VpcdHost>(new VpcdHost(std::move(listener), ntohs(at.sin_port), bound));
}

bool VpcdHost::connected() {
    if (!x_card) return false;
    std::uint8_t octet = 0;
    const ssize_t n = ::recv(x_card.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n <= 0) x_card.reset();
    return n > 0;
}

Result<Bytes> VpcdHost::power_on() {
    while (!connected()) {  // a card that came and went again is still in the queue
        x_card.reset(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!x_card) return fail(ErrorCode::card_absent, "there is no card");
    }
    if (!send_message(Bytes{kPowerOn}) || !send_message(Bytes{kGetAtr})) return removed();
    auto atr = receive_message();
    if (atr && (atr->size() < 2 || atr->size() > kMaxAtr))
        return fail(ErrorCode::card_mute, "the card has no proper ATR");
    return atr;
}

Result<void> VpcdHost::reset() {
    if (!x_card || !send_message(Bytes{kReset})) return removed();
    return {};
}

Result<Bytes> VpcdHost::exchange(ByteView command) {
    if (command.size() > kMaxCommand) return fail(ErrorCode::unsupported, "vpcd carries 65,535 octets at most");
    if (!x_card || !send_message(command)) return removed();
    return receive_message();
}

bool VpcdHost::send_message(ByteView payload) const {
    const Bytes length{static_cast<std::uint8_t>(payload.size() >> 8U),
                       static_cast<std::uint8_t>(payload.size() & 0xFFU)};
    return send_all(x_card.get(), length) && send_all(x_card.get(), payload);
}

Result<Bytes> VpcdHost::receive_message() {
    std::uint8_t length[2];
    if (auto done = receive(length, sizeof length); !done) return fail(std::move(done).error());
    Bytes payload(static_cast<std::size_t>(length[0]) << 8U | length[1]);
    if (auto done = receive(payload.data(), payload.size()); !done) return fail(std::move(done).error());
    return payload;
}

Result<void> VpcdHost::receive(std::uint8_t* to, std::size_t size) {
    while (size > 0) {
        pollfd wait{x_card.get(), POLLIN, 0};
        const int ready = ::poll(&wait, 1, static_cast<int>(x_bound.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) {
            x_card.reset();
            return fail(ErrorCode::card_mute, "the card doesn't answer");
        }
        const ssize_t n = ::recv(x_card.get(), to, size, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return removed();
        to += n;
        size -= static_cast<std::size_t>(n);
    }
    return {};
}

Unexpected VpcdHost::removed() {
    x_card.reset();
    return fail(ErrorCode::card_removed, "the card is gone");
}

}  // namespace rakit::scenarios
