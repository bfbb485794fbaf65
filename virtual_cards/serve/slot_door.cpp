#include "virtual_cards/serve/slot_door.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "common/base/pass_descriptor.hpp"
#include "common/base/socket.hpp"

namespace rakit::cards {
namespace {

/// kOpen is the octet that a stream travels beside.
constexpr std::uint8_t kOpen = 1;
constexpr timeval kAnswerBound{10, 0};

}  // namespace

class SlotDoor::Worker {
public:
    Worker(std::filesystem::path socket, Descriptor listener, Connector slot)
        : x_socket(std::move(socket)),
          x_listener(std::move(listener)),
          x_end(::eventfd(0, EFD_CLOEXEC)),
          x_slot(std::move(slot)),
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
        for (;;) {
            pollfd waits[] = {{x_end.get(), POLLIN, 0}, {x_listener.get(), POLLIN, 0}};
            if (::poll(waits, 2, -1) < 0 && errno != EINTR) return;
            if (waits[0].revents != 0) return;
            if (waits[1].revents == 0) continue;
            const Descriptor client(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!client) continue;
            // Without a stream the client sees the end of its connection, and that is its answer.
            if (const auto stream = x_slot()) send_with_descriptor(client.get(), {&kOpen, 1}, stream->get());
        }
    }

    std::filesystem::path x_socket;
    Descriptor x_listener;
    Descriptor x_end;
    Connector x_slot;
    std::thread x_thread;
};

SlotDoor::SlotDoor(std::unique_ptr<Worker> worker) : x_worker(std::move(worker)) {}
SlotDoor::SlotDoor(SlotDoor&&) noexcept = default;
SlotDoor& SlotDoor::operator=(SlotDoor&&) noexcept = default;
SlotDoor::~SlotDoor() = default;

Result<SlotDoor> SlotDoor::start(const std::filesystem::path& socket, Connector slot) {
    const auto at = unix_address(socket);
    if (!at) return fail(ErrorCode::file_unwritable, "the path is too long for a socket", socket.string());
    Descriptor listener = listen_unix(*at, 8);
    if (!listener) return fail(ErrorCode::file_unwritable, std::strerror(errno), socket.string());
    return SlotDoor(std::make_unique<Worker>(socket, std::move(listener), std::move(slot)));
}

Connector through_door(const std::filesystem::path& socket) {
    return [socket]() -> Result<Descriptor> {
        const auto at = unix_address(socket);
        const Descriptor link = at ? connect_unix(*at) : Descriptor();
        std::uint8_t opened = 0;
        Descriptor stream;
        if (link) ::setsockopt(link.get(), SOL_SOCKET, SO_RCVTIMEO, &kAnswerBound, sizeof kAnswerBound);
        if (!link || receive_with_descriptor(link.get(), {&opened, 1}, stream) != 1 || !stream)
            return fail(ErrorCode::service_absent, "no slot of a sandbox can be reached there", socket.string(),
                        "rakit sandbox --station makes it, while it runs");
        return stream;
    };
}

}  // namespace rakit::cards
