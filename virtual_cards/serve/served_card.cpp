#include "virtual_cards/serve/served_card.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "common/base/descriptor.hpp"
#include "virtual_cards/serve/vpcd_frame.hpp"

namespace rakit::cards {
namespace {

void set_tcp(int fd, int option, int value) { ::setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value); }

}  // namespace

/// Worker is the thread with what it shares. x_link_mutex guards the link, x_card_mutex the card; never both at once.
class ServedCard::Worker {
public:
    Worker(VirtualCard& card, Connector connect, ServeOptions options)
        : x_card(card),
          x_end(card),
          x_connect(std::move(connect)),
          x_quick_ack(options.quick_ack),
          x_out_at_least(options.out_at_least),
          x_thread([this](const std::stop_token& stop) { run(stop); }) {}

    ~Worker() {
        remove();
        x_thread.request_stop();
    }

    Result<void> insert(bool at_once) {
        std::lock_guard inserting(x_insert_mutex);
        if (inserted()) return {};
        if (!at_once) stay_out();
        auto link = connect();
        if (!link) return fail(std::move(link).error());
        std::lock_guard lock(x_link_mutex);
        x_link = std::move(*link);
        x_leaving = false;
        x_changed.notify_all();
        return {};
    }

    Result<Descriptor> lend() {
        std::lock_guard inserting(x_insert_mutex);
        remove();
        stay_out();
        return connect();
    }

    void remove() {
        std::unique_lock lock(x_link_mutex);
        if (!x_link) return;
        x_leaving = true;
        ::shutdown(x_link.get(), SHUT_RDWR);  // wakes the thread, which alone closes
        x_changed.notify_all();
        x_changed.wait(lock, [this] { return !x_link; });
    }

    bool inserted() const {
        std::lock_guard lock(x_link_mutex);
        return static_cast<bool>(x_link);
    }

    void answer_reset_with(std::optional<Bytes> atr) {
        std::lock_guard lock(x_card_mutex);
        x_end.answer_reset_with(std::move(atr));
    }

    ServeCounters counters() const {
        std::lock_guard lock(x_card_mutex);
        return x_end.counters();
    }

    void with_card(const std::function<void(VirtualCard&)>& use) {
        std::lock_guard lock(x_card_mutex);
        use(x_card);
    }

private:
    using Clock = std::chrono::steady_clock;

    Result<Descriptor> connect() const {
        auto link = x_connect();
        if (link) set_tcp(link->get(), TCP_NODELAY, 1);
        return link;
    }

    void stay_out() const {
        std::optional<Clock::time_point> gone;
        {
            std::lock_guard lock(x_link_mutex);
            gone = x_gone;
        }
        if (gone) std::this_thread::sleep_until(*gone + x_out_at_least);
    }

    void run(const std::stop_token& stop) {
        for (;;) {
            int fd = -1;
            {
                std::unique_lock lock(x_link_mutex);
                if (!x_changed.wait(lock, stop, [this] { return static_cast<bool>(x_link); })) return;
                fd = x_link.get();
            }
            count([](ServeCounters& counters) { ++counters.insertions; });
            serve(fd, stop);
            ::shutdown(fd, SHUT_RDWR);  // closing alone wouldn't do while a process forked from ours has a copy
            count([this](ServeCounters& counters) {
                ++counters.removals;
                x_end.on_link_gone();
            });
            std::lock_guard lock(x_link_mutex);
            x_link.reset();
            x_gone = Clock::now();
            x_changed.notify_all();
        }
    }

    template <class F>
    void count(F&& change) {
        std::lock_guard lock(x_card_mutex);
        change(x_end.counters());
    }

    void serve(int fd, const std::stop_token& stop) {
        VpcdStream stream;
        Bytes buffer(kMaxVpcdPayload + 2);
        for (;;) {
            // vpcd sends length and body apart; without an immediate ACK of the first, Nagle holds the second back for
            // some 40 ms. The kernel forgets the wish as it sees fit, so it is renewed each time.
            if (x_quick_ack) set_tcp(fd, TCP_QUICKACK, 1);
            const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return;
            stream.feed({buffer.data(), static_cast<std::size_t>(n)});
            while (const auto payload = stream.next())
                if (!answer(fd, *payload, stop)) return;
        }
    }

    bool answer(int fd, ByteView payload, const std::stop_token& stop) {
        Answer what;
        {
            std::lock_guard lock(x_card_mutex);
            what = x_end.on_payload(payload);
        }
        if (what.delay.count() > 0) {
            std::unique_lock lock(x_link_mutex);
            if (x_changed.wait_for(lock, stop, what.delay, [this] { return x_leaving; })) return false;
        }
        if (what.drop) return false;
        return what.bytes.empty() || send_all(fd, frame(what.bytes));
    }

    VirtualCard& x_card;
    CardEnd x_end;
    Connector x_connect;
    bool x_quick_ack;
    std::chrono::milliseconds x_out_at_least;
    std::optional<Clock::time_point> x_gone;  ///< when the link ended last
    std::mutex x_insert_mutex;
    mutable std::mutex x_link_mutex;
    mutable std::mutex x_card_mutex;
    std::condition_variable_any x_changed;
    Descriptor x_link;
    bool x_leaving = false;
    std::jthread x_thread;
};

ServedCard::ServedCard(std::unique_ptr<Worker> worker) : x_worker(std::move(worker)) {}
ServedCard::ServedCard(ServedCard&&) noexcept = default;
ServedCard& ServedCard::operator=(ServedCard&&) noexcept = default;
ServedCard::~ServedCard() = default;

Result<ServedCard> ServedCard::start(VirtualCard& card, Connector connect, ServeOptions options) {
    auto worker = std::make_unique<Worker>(card, std::move(connect), options);
    if (options.inserted) {
        if (auto done = worker->insert(false); !done) return fail(std::move(done).error());
    }
    return ServedCard(std::move(worker));
}

Result<void> ServedCard::insert() { return x_worker->insert(false); }
Result<void> ServedCard::insert_at_once() { return x_worker->insert(true); }
Result<Descriptor> ServedCard::lend() { return x_worker->lend(); }
void ServedCard::answer_reset_with(std::optional<Bytes> atr) { x_worker->answer_reset_with(std::move(atr)); }
void ServedCard::remove() { x_worker->remove(); }
bool ServedCard::inserted() const { return x_worker->inserted(); }
ServeCounters ServedCard::counters() const { return x_worker->counters(); }
void ServedCard::with_card(const std::function<void(VirtualCard&)>& use) { x_worker->with_card(use); }

}  // namespace rakit::cards
