#include "virtual_cards/serve/control_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <list>
#include <optional>
#include <thread>

#include "common/base/descriptor.hpp"
#include "common/base/pass_descriptor.hpp"
#include "common/base/socket.hpp"

namespace rakit::cards {
namespace {

constexpr std::size_t kMaxLine = 1U << 20U;
constexpr std::size_t kMaxAnswer = 64U << 20U;
constexpr long kAnswerSeconds = 10;

Unexpected failure(ErrorCode code, const std::filesystem::path& socket) {
    return fail(code, std::strerror(errno), socket.string());
}

/// bound_waits keeps a peer that stops reading or writing from holding us for good.
void bound_waits(int fd) {
    const timeval bound{kAnswerSeconds, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
}

/// forget_stale removes a socket file at which nobody listens any more.
void forget_stale(const std::filesystem::path& socket, const sockaddr_un& at) {
    struct stat status {};
    if (::lstat(socket.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return;
    if (!connect_unix(at) && errno == ECONNREFUSED) ::unlink(socket.c_str());
}

using Answering = std::function<ControlAnswer(std::string_view)>;

struct Client {
    Descriptor link;
    std::string pending;
};

}  // namespace

class ControlServer::Worker {
public:
    Worker(std::filesystem::path socket, Descriptor listener, Answering answer)
        : x_socket(std::move(socket)),
          x_listener(std::move(listener)),
          x_end(::eventfd(0, EFD_CLOEXEC)),
          x_answer(std::move(answer)),
          x_thread([this] { run(); }) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() {
        ::eventfd_write(x_end.get(), 1);
        x_thread.join();
        ::unlink(x_socket.c_str());
    }

private:
    void run() {
        std::list<Client> clients;
        for (;;) {
            std::vector<pollfd> waits{{x_end.get(), POLLIN, 0}, {x_listener.get(), POLLIN, 0}};
            for (const auto& client : clients) waits.push_back({client.link.get(), POLLIN, 0});
            if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
            if (waits[0].revents != 0) return;
            std::size_t at = 2;
            for (auto client = clients.begin(); client != clients.end(); ++at)
                client = waits[at].revents == 0 || serve(*client) ? std::next(client) : clients.erase(client);
            if (waits[1].revents != 0) {
                Descriptor link(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
                if (!link) continue;
                bound_waits(link.get());
                clients.push_back({std::move(link), {}});
            }
        }
    }

    /// serve takes what has come; false when the client is gone or says too much.
    bool serve(Client& client) {
        char chunk[4096];
        const ssize_t n = ::recv(client.link.get(), chunk, sizeof chunk, 0);
        if (n <= 0) return n < 0 && errno == EINTR;
        client.pending.append(chunk, static_cast<std::size_t>(n));
        for (auto end = client.pending.find('\n'); end != std::string::npos; end = client.pending.find('\n')) {
            const auto answer = x_answer(std::string_view(client.pending).substr(0, end));
            client.pending.erase(0, end + 1);
            const std::string line = answer.line + '\n';
            if (!(answer.passed ? send_with_descriptor(client.link.get(), as_bytes(line), answer.passed.get())
                                : send_all(client.link.get(), as_bytes(line))))
                return false;
        }
        return client.pending.size() <= kMaxLine;
    }

    std::filesystem::path x_socket;
    Descriptor x_listener;
    Descriptor x_end;
    Answering x_answer;
    std::thread x_thread;
};

ControlServer::ControlServer(std::unique_ptr<Worker> worker) : x_worker(std::move(worker)) {}
ControlServer::ControlServer(ControlServer&&) noexcept = default;
ControlServer& ControlServer::operator=(ControlServer&&) noexcept = default;
ControlServer::~ControlServer() = default;

Result<ControlServer> ControlServer::start(const std::filesystem::path& socket,
                                           std::function<std::string(std::string_view)> answer) {
    return start_passing(socket,
                         [answer = std::move(answer)](std::string_view line) { return ControlAnswer{answer(line)}; });
}

Result<ControlServer> ControlServer::start_passing(const std::filesystem::path& socket, Answering answer) {
    const auto at = unix_address(socket);
    if (!at) return fail(ErrorCode::file_unwritable, "the path is too long for a socket", socket.string());
    forget_stale(socket, *at);
    Descriptor listener = listen_unix(*at, 8);
    if (!listener) return failure(ErrorCode::file_unwritable, socket);
    return ControlServer(std::make_unique<Worker>(socket, std::move(listener), std::move(answer)));
}

Result<std::string> ask_control(const std::filesystem::path& socket, const std::string& line) {
    Descriptor unasked;
    return ask_control(socket, line, unasked);
}

Result<std::string> ask_control(const std::filesystem::path& socket, const std::string& line, Descriptor& passed) {
    const auto at = unix_address(socket);
    if (!at) return fail(ErrorCode::service_absent, "the path is too long for a socket", socket.string());
    const Descriptor link = connect_unix(*at);
    if (!link) return failure(ErrorCode::service_absent, socket);
    bound_waits(link.get());
    if (!send_all(link.get(), as_bytes(line + '\n'))) return failure(ErrorCode::io_failed, socket);
    std::string answer;
    Bytes chunk(65536);
    while (answer.size() < kMaxAnswer) {
        const ssize_t n = receive_with_descriptor(link.get(), chunk, passed);
        if (n <= 0) return fail(ErrorCode::io_failed, "the control socket gave no answer", socket.string());
        answer += as_text(ByteView(chunk).first(static_cast<std::size_t>(n)));
        if (answer.back() == '\n') return answer.substr(0, answer.size() - 1);
    }
    return fail(ErrorCode::io_failed, "the answer is too long", socket.string());
}

std::function<Result<Descriptor>()> to_lent_slot(std::filesystem::path socket) {
    return [socket = std::move(socket)]() -> Result<Descriptor> {
        Descriptor slot;
        const auto answer = ask_control(socket, R"({"command":"lend"})", slot);
        if (!answer) return Unexpected{Error(answer.error())};
        if (!slot) return fail(ErrorCode::service_absent, "the slot isn't lent: " + *answer, socket.string());
        return slot;
    };
}

}  // namespace rakit::cards
