#include "cli/person.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "common/base/socket.hpp"

namespace rakit::cli {

Result<std::unique_ptr<PersonServer>> PersonServer::start(const std::filesystem::path& socket) {
    const auto at = unix_address(socket);
    Descriptor listener = at ? listen_unix(*at, 4) : Descriptor();
    int ends[2] = {-1, -1};
    if (!listener || ::pipe2(ends, O_CLOEXEC) != 0)
        return fail(ErrorCode::io_failed, std::string("the person's socket: ") + std::strerror(errno), socket.string());
    return std::unique_ptr<PersonServer>(
        new PersonServer(std::move(listener), Descriptor(ends[0]), Descriptor(ends[1])));
}

PersonServer::PersonServer(Descriptor listener, Descriptor stop_read, Descriptor stop_write)
    : x_listener(std::move(listener)), x_stop_read(std::move(stop_read)), x_stop_write(std::move(stop_write)) {
    x_thread = std::thread([this] { serve(); });
}

PersonServer::~PersonServer() {
    x_stop_write.reset();
    x_thread.join();
}

bool PersonServer::await(int fd) const {
    pollfd waits[] = {{x_stop_read.get(), 0, 0}, {fd, POLLIN, 0}};
    while (::poll(waits, 2, -1) < 0 && errno == EINTR) {
    }
    return waits[0].revents == 0;
}

void PersonServer::serve() {
    while (await(x_listener.get())) {
        const Descriptor link(::accept4(x_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (link) talk(link.get());
    }
}

void PersonServer::talk(int link) {
    char buffer[1024];
    ssize_t size = 0;
    std::string text;
    while (await(link) && (size = ::read(link, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(size));
    std::printf("\n%s> ", text.c_str());
    std::fflush(stdout);
    while (x_input.find('\n') == std::string::npos) {
        // Nothing more to come from the person: the worker hears of nobody.
        if (!await(STDIN_FILENO) || (size = ::read(STDIN_FILENO, buffer, sizeof buffer)) <= 0) return;
        x_input.append(buffer, static_cast<std::size_t>(size));
    }
    const std::string line = x_input.substr(0, x_input.find('\n') + 1);
    x_input.erase(0, line.size());
    (void)send_all(link, as_bytes(line));
}

}  // namespace rakit::cli
