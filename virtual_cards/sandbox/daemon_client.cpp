#include "virtual_cards/sandbox/daemon_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "common/base/socket.hpp"

namespace rakit::cards {
namespace {

using std::chrono::milliseconds;

// pcsc-lite's winscard_msg.h and eventhandler.h: structures of fixed layout in the machine's byte order.
constexpr std::uint32_t kCommandVersion = 0x11;
constexpr std::uint32_t kCommandWaitReaderStateChange = 0x13;
constexpr std::size_t kReaders = 16;
constexpr std::uint32_t kStatePresent = 0x0004;

struct Header {
    std::uint32_t size;
    std::uint32_t command;
};
struct Version {
    std::int32_t major = 4;
    std::int32_t minor = 4;
    std::uint32_t status = 0;
};
struct ReaderState {
    char name[128];
    std::uint32_t event_counter;
    std::uint32_t state;
    std::int32_t sharing;
    std::uint8_t atr[33];
    std::uint32_t atr_length;
    std::uint32_t protocol;
};
static_assert(sizeof(ReaderState) == 184);
struct WaitEnd {
    std::uint32_t timeout;
    std::uint32_t status;
};

Unexpected gone(const char* what) {
    return fail(ErrorCode::service_absent, std::string("the sandbox's pcscd doesn't answer: ") + what);
}

/// receive reads exactly `size` octets before the deadline.
bool receive(int fd, void* to, std::size_t size, milliseconds bound) {
    const auto deadline = std::chrono::steady_clock::now() + bound;
    auto* at = static_cast<std::uint8_t*>(to);
    while (size > 0) {
        const auto rest = std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd wait{fd, POLLIN, 0};
        const int ready = ::poll(&wait, 1, rest.count() > 0 ? static_cast<int>(rest.count()) : 0);
        if (ready < 0 && errno == EINTR) continue;
        if (ready != 1) return false;
        const ssize_t n = ::recv(fd, at, size, 0);
        if (n <= 0) return false;
        at += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

template <class T>
ByteView octets_of(const T& what) {
    return {reinterpret_cast<const std::uint8_t*>(&what), sizeof what};
}

}  // namespace

Result<DaemonClient> DaemonClient::connect(const std::filesystem::path& socket, milliseconds bound) {
    const auto at = unix_address(socket);
    if (!at) return gone("the socket's path is too long");
    Descriptor link = connect_unix(*at);
    if (!link) return gone(std::strerror(errno));
    struct {
        Header header{sizeof(Version), kCommandVersion};
        Version version;
    } hello;
    Version answer;
    if (!send_all(link.get(), octets_of(hello)) || !receive(link.get(), &answer, sizeof answer, bound))
        return gone("no version");
    if (answer.status != 0 || answer.major != Version{}.major) return gone("another protocol");
    return DaemonClient(std::move(link));
}

Result<std::vector<DaemonReader>> DaemonClient::readers(milliseconds bound) {
    const Header ask{0, kCommandWaitReaderStateChange};
    ReaderState states[kReaders];
    if (!send_all(x_link.get(), octets_of(ask)) || !receive(x_link.get(), states, sizeof states, bound))
        return gone("no reader states");
    std::vector<DaemonReader> readers;
    for (const auto& state : states) {
        const std::string name(state.name, ::strnlen(state.name, sizeof state.name));
        if (name.empty()) continue;
        const bool card =
            (state.state & kStatePresent) != 0 && state.atr_length > 0 && state.atr_length <= sizeof state.atr;
        readers.push_back({name, card, card ? Bytes(state.atr, state.atr + state.atr_length) : Bytes{}});
    }
    return readers;
}

Result<bool> DaemonClient::change(milliseconds bound) {
    pollfd wait{x_link.get(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(bound.count())) != 1) return false;
    WaitEnd end{};
    if (!receive(x_link.get(), &end, sizeof end, bound)) return gone("it has ended");
    return true;
}

}  // namespace rakit::cards
