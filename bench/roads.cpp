#include "bench/roads.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <utility>

#include "bench/null_card.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "scenarios/links/in_process.hpp"
#include "scenarios/links/vpcd_host.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::bench {
namespace {

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    return std::move(*result);
}

bool good(ByteView answer) { return answer.size() >= 2 && answer[answer.size() - 2] == 0x90 && answer.back() == 0x00; }

std::unique_ptr<cards::ImageCard> our_card() {
    const auto hierarchy = must(cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed));
    scenarios::HierarchyIssuer issuer(hierarchy);
    return must(cards::open_image(must(cards::make_image("pkcs15-tc", {}, issuer))));
}

/// NothingCard is the least a VirtualCard can be.
class NothingCard final : public cards::VirtualCard {
public:
    Bytes atr() const override { return {0x3B, 0x80, 0x01, 0x81}; }
    void power_on() override {}
    void power_off() override {}
    void reset() override {}
    cards::Answer handle(ByteView) override { return {{0x90, 0x00}, false, {}}; }
};

/// NullThread runs the null card on a connected socket.
class NullThread {
public:
    explicit NullThread(Descriptor link)
        : x_link(std::move(link)), x_thread([fd = x_link.get()] { null_card(fd, true); }) {}
    NullThread(const NullThread&) = delete;
    NullThread& operator=(const NullThread&) = delete;
    ~NullThread() {
        ::shutdown(x_link.get(), SHUT_RDWR);
        x_thread.join();
    }

private:
    Descriptor x_link;
    std::thread x_thread;
};

/// Cards live on the far end of a socket; one of the three is used.
struct FarEnd {
    std::unique_ptr<cards::ImageCard> card;
    std::unique_ptr<cards::ServedCard> served;
    std::unique_ptr<NullThread> null;
};

FarEnd far_null(const cards::Connector& connect) {
    FarEnd end;
    end.null = std::make_unique<NullThread>(must(connect()));
    return end;
}

FarEnd far_card(const cards::Connector& connect, bool quick_ack) {
    FarEnd end;
    end.card = our_card();
    cards::ServeOptions options;
    options.quick_ack = quick_ack;
    end.served = std::make_unique<cards::ServedCard>(must(cards::ServedCard::start(*end.card, connect, options)));
    return end;
}

using MakeFarEnd = std::function<FarEnd(const cards::Connector&)>;

struct Contender {
    const char* name;
    bool slow;
    MakeFarEnd make;
};

const std::vector<Contender>& contenders() {
    static const std::vector<Contender> all{
        {"null", false, far_null},
        {"card", false, [](const auto& connect) { return far_card(connect, true); }},
        {"card_without_quickack", true, [](const auto& connect) { return far_card(connect, false); }},
    };
    return all;
}

/// Vicc is Debian's software card in a process of its own, which connects to a vpcd on loopback.
class Vicc {
public:
    explicit Vicc(std::uint16_t port) {
        const std::string script = RAKIT_BENCH_FOLDER "/vicc.sh", where = std::to_string(port);
        x_process = ::fork();
        if (x_process == 0) {
            ::execl(script.c_str(), script.c_str(), where.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
        if (x_process < 0) throw std::runtime_error("vicc can't be started");
    }
    Vicc(const Vicc&) = delete;
    Vicc& operator=(const Vicc&) = delete;
    ~Vicc() {
        ::kill(x_process, SIGTERM);
        ::waitpid(x_process, nullptr, 0);
    }

private:
    pid_t x_process = -1;
};

bool transmit_once(reference::CardReader& reader, const Bytes& command = kCommand) {
    auto access = reader.lock();
    const auto answer = access ? (*access)->transmit(command) : Result<Bytes>(fail(access.error()));
    return answer && good(*answer);
}

template <class Card>
Road in_process_road(const char* name, std::unique_ptr<Card> card) {
    struct Whole {
        std::unique_ptr<Card> card;
        SystemClock clock;
        scenarios::InProcessSlot slot{*card, clock};
        scenarios::LinkReader reader{"in-process", slot.link()};
        explicit Whole(std::unique_ptr<Card> what) : card(std::move(what)) {}
    };
    auto whole = std::make_shared<Whole>(std::move(card));
    return {name, false, [whole] { return transmit_once(whole->reader); }};
}

/// PcscCard is a connection to a reader through winscard.
class PcscCard {
public:
    PcscCard(SCARDCONTEXT context, const std::string& reader) {
        DWORD protocol = 0;
        const LONG status =
            ::SCardConnect(context, reader.c_str(), SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &x_handle, &protocol);
        if (status != SCARD_S_SUCCESS) throw std::runtime_error(reader + ": " + ::pcsc_stringify_error(status));
        x_protocol = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
    }
    PcscCard(const PcscCard&) = delete;
    PcscCard& operator=(const PcscCard&) = delete;
    ~PcscCard() { ::SCardDisconnect(x_handle, SCARD_LEAVE_CARD); }

    bool transmit(const Bytes& command = kCommand) const {
        std::uint8_t answer[258];
        DWORD size = sizeof answer;
        return ::SCardTransmit(x_handle, x_protocol, command.data(), command.size(), nullptr, answer, &size) ==
                   SCARD_S_SUCCESS &&
               good({answer, size});
    }

private:
    SCARDHANDLE x_handle = 0;
    const SCARD_IO_REQUEST* x_protocol = nullptr;
};

}  // namespace

std::vector<Road> in_process_roads() {
    return {in_process_road("inproc/null", std::make_unique<NothingCard>()),
            in_process_road("inproc/card", our_card())};
}

namespace {

Road vicc_road() {
    struct Whole {
        std::unique_ptr<Vicc> vicc;
        std::unique_ptr<scenarios::LinkReader> reader;
    };
    // vicc has no GET DATA, and its SELECT ends the program (a TypeError of Python 3); GET CHALLENGE works.
    static const Bytes kChallenge{0x00, 0x84, 0x00, 0x00, 0x08};
    auto host = must(scenarios::VpcdHost::listen());
    auto whole = std::make_shared<Whole>();
    whole->vicc = std::make_unique<Vicc>(host->port());
    whole->reader = std::make_unique<scenarios::LinkReader>("wire", std::move(host));
    // Python takes its time to start: until it is there, the slot is empty.
    const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!transmit_once(*whole->reader, kChallenge)) {
        if (std::chrono::steady_clock::now() > bound) throw std::runtime_error("vicc doesn't answer");
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {"wire/vicc", true, [whole] { return transmit_once(*whole->reader, kChallenge); }};
}

}  // namespace

std::vector<Road> wire_roads() {
    struct Whole {
        FarEnd end;
        std::unique_ptr<scenarios::LinkReader> reader;
    };
    std::vector<Road> roads;
    for (const auto& contender : contenders()) {
        auto host = must(scenarios::VpcdHost::listen());
        auto whole = std::make_shared<Whole>();
        whole->end = contender.make(cards::to_loopback(host->port()));
        whole->reader = std::make_unique<scenarios::LinkReader>("wire", std::move(host));
        roads.push_back(
            {std::string("wire/") + contender.name, contender.slow, [whole] { return transmit_once(*whole->reader); }});
    }
    roads.push_back(vicc_road());
    return roads;
}

std::vector<Road> pcsc_roads() {
    struct Whole {
        cards::Sandbox sandbox;
        std::vector<FarEnd> ends;
        SCARDCONTEXT context = 0;
        std::vector<std::unique_ptr<PcscCard>> connections;
        explicit Whole(cards::Sandbox made) : sandbox(std::move(made)) {}
        Whole(const Whole&) = delete;
        Whole& operator=(const Whole&) = delete;
        ~Whole() {
            connections.clear();
            ::SCardReleaseContext(context);
        }
    };
    constexpr int kApart = 2;  // a driver of its own for each card, as different readers have
    cards::SandboxOptions options;
    options.slots = kApart * static_cast<int>(contenders().size());
    auto whole = std::make_shared<Whole>(must(cards::Sandbox::start(options)));
    ::setenv("PCSCLITE_CSOCK_NAME", whole->sandbox.socket().c_str(), 1);
    if (const LONG status = ::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &whole->context);
        status != SCARD_S_SUCCESS)
        throw std::runtime_error(::pcsc_stringify_error(status));
    std::vector<Road> roads;
    for (const auto& contender : contenders()) {
        const int slot = kApart * static_cast<int>(roads.size());
        whole->ends.push_back(contender.make(whole->sandbox.connector(slot)));
        (void)must(whole->sandbox.await_card(slot, true));
        whole->connections.push_back(
            std::make_unique<PcscCard>(whole->context, whole->sandbox.readers().at(static_cast<std::size_t>(slot))));
        roads.push_back({std::string("pcsc/") + contender.name, contender.slow,
                         [whole, connection = whole->connections.back().get()] { return connection->transmit(); }});
    }
    return roads;
}

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
