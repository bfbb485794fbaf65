#include "bench/null_card.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace rakit::bench {
namespace {

bool read_exactly(int fd, unsigned char* to, long size, bool quick_ack) {
    while (size > 0) {
        const int on = 1;
        if (quick_ack) ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
        const long n = ::recv(fd, to, static_cast<unsigned long>(size), 0);
        if (n <= 0) return false;
        to += n;
        size -= n;
    }
    return true;
}

}  // namespace

void null_card(int fd, bool quick_ack) {
    static const unsigned char atr[] = {0, 4, 0x3B, 0x80, 0x01, 0x81};
    static const unsigned char done[] = {0, 2, 0x90, 0x00};
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    unsigned char message[65537];
    for (;;) {
        if (!read_exactly(fd, message, 2, quick_ack)) return;
        const long length = message[0] * 256L + message[1];
        if (!read_exactly(fd, message + 2, length, quick_ack)) return;
        if (length == 1 && message[2] < 4) continue;
        const bool wants_atr = length == 1;
        ::send(fd, wants_atr ? atr : done, wants_atr ? sizeof atr : sizeof done, MSG_NOSIGNAL);
    }
}

}  // namespace rakit::bench
