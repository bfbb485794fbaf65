#include "bench/null_card.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>

namespace rakit::bench {
namespace {

/// read_more appends what has arrived to `have` octets in `buffer`; 0 when the connection is over.
long read_more(int fd, unsigned char* buffer, long have, long size, bool quick_ack) {
    const int on = 1;
    if (quick_ack) ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    const long n = ::recv(fd, buffer + have, static_cast<unsigned long>(size - have), 0);
    return n <= 0 ? 0 : have + n;
}

}  // namespace

void null_card(int fd, bool quick_ack) {
    static const unsigned char atr[] = {0, 4, 0x3B, 0x80, 0x01, 0x81};
    static const unsigned char done[] = {0, 2, 0x90, 0x00};
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    unsigned char message[2 * 65537];
    for (long have = 0;;) {
        // One recv for as much as is there, as any good card would: the floor must not be made of needless system
        // calls.
        while (have < 2 || have < 2 + message[0] * 256L + message[1]) {
            have = read_more(fd, message, have, sizeof message, quick_ack);
            if (have == 0) return;
        }
        const long length = message[0] * 256L + message[1];
        const bool control = length == 1;
        const bool wants_atr = control && message[2] == 4;
        have -= 2 + length;
        std::memmove(message, message + 2 + length, static_cast<unsigned long>(have));
        if (!control || wants_atr)
            ::send(fd, wants_atr ? atr : done, wants_atr ? sizeof atr : sizeof done, MSG_NOSIGNAL);
    }
}

}  // namespace rakit::bench
