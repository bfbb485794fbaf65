#include "virtual_cards/ifd/card_link.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "virtual_cards/ifd/quiet_thread.hpp"

namespace rakit::ifd {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint8_t kPowerOff = 0x00, kPowerOn = 0x01, kReset = 0x02, kGetAtr = 0x04;
constexpr milliseconds kAtrBound{2000};

Descriptor listen_loopback(std::uint16_t port) {
    Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(fd.get(), 1) != 0)
        fd.reset();
    return fd;
}

Unexpected interrupted() { return fail(ErrorCode::reader_absent, "the reader was unplugged"); }
Unexpected removed() { return fail(ErrorCode::card_removed, "the card has gone"); }

}  // namespace

CardLink::CardLink(std::function<void(bool in)> moved)
    : x_end(::eventfd(0, EFD_CLOEXEC)),
      x_interrupt(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      x_moved(std::move(moved)) {}

CardLink::~CardLink() {
    ::eventfd_write(x_end.get(), 1);
    if (x_thread.joinable()) x_thread.join();
}

Result<void> CardLink::open(std::uint16_t port) {
    x_listener = listen_loopback(port);
    if (!x_listener) return fail(ErrorCode::io_failed, std::strerror(errno), "port " + std::to_string(port));
    x_thread = quiet_thread([this] { run(); });
    return {};
}

/// run sees cards come and go; while one is in, the next waits.
void CardLink::run() {
    for (;;) {
        const auto in = stream();
        pollfd waits[2] = {{x_end.get(), POLLIN, 0}, {x_listener.get(), POLLIN, 0}};
        if (in) waits[1] = {in->fd.get(), POLLRDHUP, 0};
        if (::poll(waits, 2, -1) < 0 && errno != EINTR) return;
        if (waits[0].revents != 0) return;
        if (waits[1].revents == 0) continue;
        if (in)
            lose(in);
        else
            accept_card();
    }
}

void CardLink::accept_card() {
    auto fresh = std::make_shared<Stream>();
    fresh->fd.reset(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fresh->fd) return;
    const int yes = 1;
    ::setsockopt(fresh->fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    {
        std::lock_guard lock(x_mutex);
        x_stream = std::move(fresh);
    }
    x_moved(true);
}

void CardLink::lose(const std::shared_ptr<Stream>& stream) {
    {
        std::lock_guard lock(x_mutex);
        if (x_stream != stream) return;
        x_stream.reset();
    }
    x_moved(false);
}

std::shared_ptr<CardLink::Stream> CardLink::stream() const {
    std::lock_guard lock(x_mutex);
    return x_stream;
}

bool CardLink::card() const { return stream() != nullptr; }

void CardLink::control(std::uint8_t what) {
    if (const auto in = stream()) send_all(in->fd.get(), cards::frame({&what, 1}));
}

void CardLink::power(bool on) { control(on ? kPowerOn : kPowerOff); }
void CardLink::reset() { control(kReset); }

Result<Bytes> CardLink::atr() { return ask(Bytes{kGetAtr}, kAtrBound); }
Result<Bytes> CardLink::exchange(ByteView command, milliseconds bound) { return ask(command, bound); }

void CardLink::interrupt(bool on) {
    eventfd_t count = 0;
    if (on)
        ::eventfd_write(x_interrupt.get(), 1);
    else
        ::eventfd_read(x_interrupt.get(), &count);
}

Result<Bytes> CardLink::ask(ByteView payload, milliseconds bound) {
    const auto in = stream();
    if (!in || !send_all(in->fd.get(), cards::frame(payload))) return removed();
    ++in->unclaimed;
    const auto deadline = Clock::now() + bound;
    Bytes buffer(cards::kMaxVpcdPayload + 2);
    for (;;) {
        while (auto answer = in->frames.next())
            if (--in->unclaimed == 0) return std::move(*answer);
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
        pollfd waits[2] = {{in->fd.get(), POLLIN, 0}, {x_interrupt.get(), POLLIN, 0}};
        const int ready = ::poll(waits, 2, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) return fail(ErrorCode::card_mute, "the card gives no answer");
        if (waits[1].revents != 0) return interrupted();
        const ssize_t n = ::recv(in->fd.get(), buffer.data(), buffer.size(), 0);
        if (n <= 0) return removed();
        in->frames.feed({buffer.data(), static_cast<std::size_t>(n)});
    }
}

}  // namespace rakit::ifd
