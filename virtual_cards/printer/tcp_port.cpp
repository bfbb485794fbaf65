#include "virtual_cards/printer/tcp_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <list>
#include <thread>

#include "common/base/descriptor.hpp"

namespace rakit::printer {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kTickMs = 1000;
constexpr std::size_t kMostClients = 64;

struct Client {
    Descriptor link;
    std::unique_ptr<Conversation> conversation;
    Clock::time_point heard;
};

/// prepare bounds how long a client that doesn't read can hold us, and all others with us.
void prepare(int fd) {
    const timeval bound{3, 0};
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Result<Descriptor> listen_at(const TcpOptions& options, std::uint16_t& port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(options.port);
    const std::string where = options.address + ":" + std::to_string(options.port);
    if (::inet_pton(AF_INET, options.address.c_str(), &at.sin_addr) != 1)
        return fail(ErrorCode::usage, "not an IPv4 address", where);
    Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    socklen_t size = sizeof at;
    if (!listener || ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener.get(), 16) != 0 ||
        ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
        return fail(ErrorCode::io_failed, std::strerror(errno), where);
    port = ntohs(at.sin_port);
    return listener;
}

/// deliver tells whether the client took all of it in its time; asking once more would be that time once more.
bool deliver(int fd, ByteView octets) {
    return octets.empty() ||
           ::send(fd, octets.data(), octets.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size());
}

}  // namespace

class TcpPort::Worker {
public:
    Worker(TcpOptions options, Converse converse, Descriptor listener, std::uint16_t port)
        : x_options(std::move(options)),
          x_converse(std::move(converse)),
          x_listener(std::move(listener)),
          x_end(::eventfd(0, EFD_CLOEXEC)),
          x_port(port),
          x_thread([this] { run(); }) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        ::eventfd_write(x_end.get(), 1);
        x_thread.join();
    }
    std::uint16_t port() const { return x_port; }

private:
    void run() {
        for (;;) {
            std::vector<pollfd> waits{{x_end.get(), POLLIN, 0}, {x_listener.get(), POLLIN, 0}};
            for (const auto& client : x_clients) waits.push_back({client.link.get(), POLLIN, 0});
            if (::poll(waits.data(), waits.size(), kTickMs) < 0 && errno != EINTR) return;
            if (waits[0].revents != 0) return;
            std::size_t at = 2;
            for (auto client = x_clients.begin(); client != x_clients.end(); ++at) {
                const bool heard = waits[at].revents != 0;
                const bool stays = !client->conversation->over() && (heard ? serve(*client) : patient(*client));
                client = stays ? std::next(client) : x_clients.erase(client);
            }
            if (waits[1].revents != 0) welcome();
            if (x_options.tick) x_options.tick();
        }
    }

    void welcome() {
        Descriptor link(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!link) return;
        prepare(link.get());
        const bool full = x_options.one_client ? !x_clients.empty() : x_clients.size() >= kMostClients;
        if (full) {
            deliver(link.get(), x_options.busy);
            return;
        }
        x_clients.push_back({std::move(link), x_converse(), Clock::now()});
    }

    bool patient(const Client& client) const {
        return x_options.one_client || Clock::now() - client.heard < x_options.patience;
    }

    /// serve takes what has come; false when the conversation is over.
    bool serve(Client& client) {
        std::uint8_t chunk[16384];
        const ssize_t n = ::recv(client.link.get(), chunk, sizeof chunk, 0);
        if (n < 0) return errno == EINTR;
        client.heard = Clock::now();
        const auto spoken =
            n == 0 ? client.conversation->ended() : client.conversation->heard({chunk, static_cast<std::size_t>(n)});
        if (spoken.delay.count() > 0) {
            pollfd end{x_end.get(), POLLIN, 0};
            if (::poll(&end, 1, static_cast<int>(spoken.delay.count())) > 0) return false;
        }
        return deliver(client.link.get(), spoken.octets) && n > 0 && !spoken.close;
    }

    TcpOptions x_options;
    Converse x_converse;
    Descriptor x_listener;
    Descriptor x_end;
    std::uint16_t x_port;
    std::list<Client> x_clients;
    std::thread x_thread;
};

TcpPort::TcpPort(std::unique_ptr<Worker> worker) : x_worker(std::move(worker)) {}
TcpPort::TcpPort(TcpPort&&) noexcept = default;
TcpPort& TcpPort::operator=(TcpPort&&) noexcept = default;
TcpPort::~TcpPort() = default;
std::uint16_t TcpPort::port() const { return x_worker->port(); }

Result<TcpPort> TcpPort::start(TcpOptions options, Converse converse) {
    std::uint16_t port = 0;
    auto listener = listen_at(options, port);
    if (!listener) return Unexpected{std::move(listener).error()};
    return TcpPort(std::make_unique<Worker>(std::move(options), std::move(converse), std::move(*listener), port));
}

}  // namespace rakit::printer
