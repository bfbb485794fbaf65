#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <utility>

#include "bench/far_end.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"

namespace rakit::bench {
namespace {

/// Pump carries octets between a client of a loopback port and a slot of a sandbox, which may have a network of its
/// own.
class Pump {
public:
    explicit Pump(cards::Connector connect)
        : x_listener(must(listen_on_loopback())), x_thread([this, connect = std::move(connect)] { run(connect); }) {}
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;
    ~Pump() {
        x_over = true;
        ::shutdown(x_listener.get(), SHUT_RDWR);
        x_thread.join();
    }
    std::uint16_t port() const {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(x_listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }

private:
    static Result<Descriptor> listen_on_loopback() {
        Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener.get(), 1) != 0)
            return fail(ErrorCode::io_failed, "no port on loopback");
        return listener;
    }
    void run(const cards::Connector& connect) {
        const Descriptor near(::accept(x_listener.get(), nullptr, nullptr));
        auto far = near ? connect() : Result<Descriptor>(fail(ErrorCode::io_failed, ""));
        if (!far) return;
        std::array<pollfd, 2> ends{pollfd{near.get(), POLLIN, 0}, pollfd{far->get(), POLLIN, 0}};
        while (!x_over && ::poll(ends.data(), ends.size(), 200) >= 0)
            for (std::size_t i = 0; i < ends.size(); ++i) {
                if (ends[i].revents == 0) continue;
                std::array<std::uint8_t, 4096> octets{};
                const auto size = ::recv(ends[i].fd, octets.data(), octets.size(), 0);
                if (size <= 0 ||
                    ::send(ends[1 - i].fd, octets.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL) != size)
                    return;
            }
    }
    Descriptor x_listener;
    std::atomic<bool> x_over = false;
    std::thread x_thread;
};

constexpr std::size_t kMostReaders = 16;
constexpr int kViccApdus = 20;

/// Client is a thread's own context with its card.
struct Client {
    SCARDCONTEXT context = 0;
    std::unique_ptr<PcscCard> card;
    explicit Client(const std::string& reader) {
        ::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
        card = std::make_unique<PcscCard>(context, reader);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() {
        card.reset();
        ::SCardReleaseContext(context);
    }
};

double together(const std::vector<std::unique_ptr<Client>>& clients, std::size_t count) {
    constexpr int kApdus = 400;
    std::atomic<int> failed = 0;
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::jthread> crowd;
    for (std::size_t i = 0; i < count; ++i)
        crowd.emplace_back([&, i] {
            for (int n = 0; n < kApdus; ++n)
                if (!clients[i]->card->transmit()) ++failed;
        });
    crowd.clear();
    if (failed > 0) throw std::runtime_error("a card of several is gone or refuses");
    return kApdus * static_cast<double>(count) /
           std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double run_ms(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const auto start = std::chrono::steady_clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
        const int nowhere = ::open("/dev/null", O_RDWR);
        for (const int stream : {0, 1, 2}) ::dup2(nowhere, stream);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    if (status != 0) throw std::runtime_error(words.front() + " can't read the card");
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void measure_round(const cards::Sandbox& sandbox, bool null, Scale& scale) {
    std::vector<FarEnd> ends;
    for (std::size_t i = 0; i < kMostReaders; ++i) {
        const auto connect = sandbox.connector(static_cast<int>(i));
        ends.push_back(null ? far_null(connect) : far_card(connect, true));
    }
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < kMostReaders; ++i) {
        (void)must(sandbox.await_card(static_cast<int>(i), true));
        clients.push_back(std::make_unique<Client>(sandbox.readers().at(i)));
    }
    // To put the cards in takes longer than to measure them.
    for (int n = 0; n < 6; ++n)
        for (auto& row : scale.rows) (null ? row.null_rates : row.card_rates).push_back(together(clients, row.readers));
    clients.clear();
    ends.clear();
    for (std::size_t i = 0; i < kMostReaders; ++i) (void)must(sandbox.await_card(static_cast<int>(i), false));
}

double vicc_rate(const cards::Sandbox& sandbox) {
    const Pump pump(sandbox.connector(0));
    const Vicc vicc(pump.port());
    (void)must(sandbox.await_card(0, true, std::chrono::seconds(30)));
    const Client client(sandbox.readers().front());
    static const Bytes kChallenge{0x00, 0x84, 0x00, 0x00, 0x08};
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kViccApdus; ++i)
        if (!client.card->transmit(kChallenge)) throw std::runtime_error("vicc doesn't answer behind pcscd");
    return kViccApdus / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Scale pcsc_scale(int rounds, const std::string& rakit) {
    cards::SandboxOptions options;
    options.slots = kMostReaders;
    const auto sandbox = must(cards::Sandbox::start(options));
    ::setenv("PCSCLITE_CSOCK_NAME", sandbox.socket().c_str(), 1);
    Scale scale;
    for (const std::size_t readers : {1, 2, 4, 8, 16}) scale.rows.push_back({readers, {}, {}});
    for (int round = 0; round < rounds; ++round)
        for (const bool null : {true, false}) measure_round(sandbox, null, scale);
    {
        const auto end = far_card(sandbox.connector(0), true);
        (void)must(sandbox.await_card(0, true));
        for (int round = 0; round < rounds; ++round) {
            scale.own_read_ms.push_back(run_ms({rakit, "contents", "--reader", sandbox.readers().front()}));
            scale.opensc_read_ms.push_back(run_ms({"pkcs15-tool", "--reader", "0", "--dump"}));
        }
    }
    (void)must(sandbox.await_card(0, false));
    scale.vicc_rate = vicc_rate(sandbox);
    return scale;
}

}  // namespace rakit::bench
