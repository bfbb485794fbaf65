#include "virtual_cards/sandbox/keeper.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "common/base/socket.hpp"
#include "virtual_cards/sandbox/keeper_child.hpp"

namespace rakit::cards {
namespace {

using Step = KeeperReply::Step;

/// Received is a reply with the stream beside it, if one came.
struct Received {
    KeeperReply reply;
    Descriptor stream;
};

Result<Received> receive(int control) {
    Received received;
    if (!receive_with(control, &received.reply, sizeof received.reply, received.stream))
        return fail(ErrorCode::service_absent, "the sandbox's keeper has ended");
    return received;
}

Unexpected refusal(const KeeperReply& reply) {
    const std::string cause = std::strerror(reply.cause);
    switch (reply.step) {
        case Step::namespaces:
        case Step::loopback: return fail(ErrorCode::unsupported, "no network namespace: " + cause);
        case Step::privileges:
            return fail(ErrorCode::unsupported, "can't become the user nobody: " + cause, "setresuid");
        case Step::run: return fail(ErrorCode::io_failed, "can't start pcscd: " + cause);
        default: return fail(ErrorCode::io_failed, cause);
    }
}

}  // namespace

std::string_view name(Network network) { return network == Network::private_namespace ? "private-namespace" : "host"; }

struct Keeper::Shared {
    std::mutex one_at_a_time;
    Descriptor control;
    pid_t child = -1;
};

Keeper::Keeper(std::unique_ptr<Shared> shared) : x_shared(std::move(shared)) {}

Keeper::~Keeper() {
    x_shared->control.reset();
    while (::waitpid(x_shared->child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<std::unique_ptr<Keeper>> Keeper::start(KeeperPlan plan) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return fail(ErrorCode::io_failed, std::strerror(errno), "socketpair");
    Descriptor ours(ends[0]);
    Descriptor theirs(ends[1]);
    const auto map_of = [](unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
    const std::string user_map = map_of(::geteuid());
    const std::string group_map = map_of(::getegid());
    const bool root = ::geteuid() == 0;
    const std::string preload = "LD_PRELOAD=" + plan.preload.string();
    const ChildPlan child_plan{plan.pcscd.c_str(),
                               plan.configuration.c_str(),
                               plan.log.c_str(),
                               plan.nothing.c_str(),
                               plan.preload.empty() ? nullptr : preload.c_str(),
                               root ? nullptr : user_map.c_str(),
                               group_map.c_str(),
                               plan.listener.get(),
                               theirs.get(),
                               plan.network == Network::private_namespace,
                               plan.drop_privileges};
    const pid_t child = ::fork();
    if (child < 0) return fail(ErrorCode::io_failed, std::strerror(errno), "fork");
    if (child == 0) keep(child_plan);
    auto shared = std::make_unique<Shared>();
    shared->control = std::move(ours);
    shared->child = child;
    std::unique_ptr<Keeper> keeper(new Keeper(std::move(shared)));
    theirs.reset();         // so that the keeper's end is seen
    plan.listener.reset();  // only pcscd holds it now: if it ends, clients are refused instead of waiting
    auto first = receive(keeper->x_shared->control.get());
    if (!first) return fail(std::move(first).error());
    if (first->reply.cause != 0) return refusal(first->reply);
    return keeper;
}

Result<Descriptor> Keeper::connect(std::uint16_t port) {
    std::lock_guard lock(x_shared->one_at_a_time);
    const int control = x_shared->control.get();
    if (::send(control, &port, sizeof port, MSG_NOSIGNAL) != sizeof port)
        return fail(ErrorCode::service_absent, "the sandbox's keeper has ended");
    auto received = receive(control);
    if (!received) return fail(std::move(received).error());
    if (received->reply.cause != 0 || !received->stream)
        return fail(ErrorCode::io_failed, "vpcd can't be reached: " + std::string(std::strerror(received->reply.cause)),
                    "port " + std::to_string(port), "has pcscd ended?");
    return std::move(received->stream);
}

}  // namespace rakit::cards
