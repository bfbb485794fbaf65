#include "virtual_cards/sandbox/sandbox.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/base/file.hpp"
#include "virtual_cards/sandbox/daemon_client.hpp"
#include "virtual_cards/sandbox/preparation.hpp"

namespace rakit::cards {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kNamespacePort = 0x8C7B;  // vpcd's own default; a fresh namespace has all ports free
constexpr int kPortsPerDriver = 2;                // vpcd takes two, the shim one
constexpr milliseconds kStartBound{10000};
constexpr int kPortAttempts = 4;  // another process may take a port between our look and vpcd's

milliseconds left(Clock::time_point deadline) {
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline - Clock::now()));
}

/// watch asks the daemon until `wanted` says yes of its readers, or fails when the deadline has passed.
template <class F>
Result<bool> watch(const std::filesystem::path& socket, Clock::time_point deadline, F&& wanted) {
    auto client = DaemonClient::connect(socket, left(deadline));
    if (!client) return fail(std::move(client).error());
    for (;;) {
        auto readers = client->readers(left(deadline));
        if (!readers) return fail(std::move(readers).error());
        if (wanted(*readers)) return true;
        auto changed = client->change(left(deadline));
        if (!changed || !*changed) return changed;
    }
}

std::string log_tail(const std::filesystem::path& log) {
    const auto content = read_file(log);
    if (!content || content->empty()) return "it said nothing";
    std::string text(as_text(*content));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto line = text.rfind('\n');
    return line == std::string::npos ? text : text.substr(line + 1);
}

std::vector<std::uint16_t> namespace_ports(int drivers) {
    std::vector<std::uint16_t> ports;
    for (int i = 0; i < drivers; ++i) ports.push_back(static_cast<std::uint16_t>(kNamespacePort + i * kPortsPerDriver));
    return ports;
}

}  // namespace

/// Running is what a sandbox consists of; destroyed from the bottom, so the daemon ends before its folder.
struct Sandbox::Running {
    TemporaryFolder folder;
    std::filesystem::path socket;
    std::vector<std::string> readers;
    std::vector<std::uint16_t> ports;             ///< of the slots
    std::vector<std::filesystem::path> controls;  ///< of the slots
    Network network = Network::host;
    int own_slots = 0;  ///< before those of more_readers
    std::shared_ptr<Keeper> keeper;
};

Sandbox::Sandbox(std::unique_ptr<Running> running) : x_running(std::move(running)) {}
Sandbox::Sandbox(Sandbox&&) noexcept = default;
Sandbox& Sandbox::operator=(Sandbox&&) noexcept = default;
Sandbox::~Sandbox() = default;

Result<Sandbox> Sandbox::start(const SandboxOptions& options) {
    if (auto able = check_machine(options); !able) return fail(std::move(able).error());
    if (options.network != Network::host) {
        auto sandbox = start_in(options, Network::private_namespace);
        const bool refused = !sandbox && sandbox.error().code == ErrorCode::unsupported;
        if (!refused || options.network) return sandbox;
    }
    auto sandbox = start_in(options, Network::host);
    for (int attempt = 1; attempt < kPortAttempts && !sandbox && sandbox.error().code == ErrorCode::reader_absent;
         ++attempt)
        sandbox = start_in(options, Network::host);
    return sandbox;
}

void Sandbox::add_slots(Running& running, const DriverPlan& plan, std::uint16_t port, std::size_t at) {
    const bool shim = plan.kind == DriverKind::shim;
    for (const auto& name : plan.slots) {
        running.readers.push_back(name);
        running.ports.push_back(port++);
        running.controls.push_back(shim ? control_of(running.folder.path(), at) : std::filesystem::path());
    }
}

/// await_readers returns when pcscd answers, and shows every reader that isn't late.
Result<void> Sandbox::await_readers(const Running& running, bool late, const std::filesystem::path& log) {
    const auto deadline = Clock::now() + kStartBound;
    const auto seen = watch(running.socket, deadline, [&](const std::vector<DaemonReader>& readers) {
        const auto begin = running.readers.begin() + (late ? running.own_slots : 0);
        return std::all_of(begin, running.readers.end(), [&](const auto& name) {
            return std::ranges::any_of(readers, [&](const auto& reader) { return reader.name == name; });
        });
    });
    if (!seen) return fail(ErrorCode::service_absent, seen.error().detail, {}, "pcscd: " + log_tail(log));
    if (!*seen)
        return fail(ErrorCode::reader_absent, "pcscd doesn't show the virtual readers", {}, "pcscd: " + log_tail(log));
    return {};
}

Result<Sandbox> Sandbox::start_in(const SandboxOptions& options, Network network) {
    const auto plans = driver_plans(options);
    const int drivers = static_cast<int>(plans.size());
    auto own = own_folder(options.folder);
    if (!own) return fail(std::move(own).error());
    auto running = std::make_unique<Running>(Running{std::move(*own), {}, {}, {}, {}, network, 0, {}});
    const auto& folder = running->folder.path();
    auto ports =
        network == Network::host ? free_ports(drivers) : Result<std::vector<std::uint16_t>>(namespace_ports(drivers));
    if (!ports) return fail(std::move(ports).error());
    if (auto done = write_configuration(options, folder, *ports); !done) return fail(std::move(done).error());
    for (std::size_t at = 0; at < plans.size(); ++at) add_slots(*running, plans[at], (*ports)[at], at);
    running->own_slots =
        static_cast<int>(running->readers.size() - options.more_readers.size() * slots_per_driver(DriverKind::vpcd));
    const auto& socket = running->socket = folder / "pcscd.comm";
    const auto log = folder / "pcscd.log";
    auto listener = listen_at(socket);
    if (!listener) return fail(std::move(listener).error());
    const bool root = ::geteuid() == 0;
    if (root && ::chown(log.c_str(), kUnprivileged, kUnprivileged) != 0)
        return fail(ErrorCode::file_unwritable, "can't be given to pcscd's user", log.string());
    auto keeper = Keeper::start({options.pcscd, folder / "reader.conf.d", log, folder / "nothing",
                                 preload_of(options, folder), std::move(*listener), network, root});
    if (!keeper) return fail(std::move(keeper).error());
    running->keeper = std::move(*keeper);
    if (auto seen = await_readers(*running, options.late_readers, log); !seen) return fail(std::move(seen).error());
    return Sandbox(std::move(running));
}

const std::filesystem::path& Sandbox::socket() const { return x_running->socket; }
const std::filesystem::path& Sandbox::folder() const { return x_running->folder.path(); }
int Sandbox::more_reader(int at) const { return x_running->own_slots + at * slots_per_driver(DriverKind::vpcd); }
const std::vector<std::string>& Sandbox::readers() const { return x_running->readers; }
std::filesystem::path Sandbox::reader_control(int slot) const {
    return x_running->controls.at(static_cast<std::size_t>(slot));
}
Network Sandbox::network() const { return x_running->network; }

std::function<Result<Descriptor>()> Sandbox::connector(int slot) const {
    const auto port = x_running->ports.at(static_cast<std::size_t>(slot));
    return [keeper = std::weak_ptr<Keeper>(x_running->keeper), port]() -> Result<Descriptor> {
        const auto alive = keeper.lock();
        if (!alive) return fail(ErrorCode::service_absent, "the sandbox has ended");
        return alive->connect(port);
    };
}

Result<Bytes> Sandbox::await_card(int slot, bool present, milliseconds bound) const {
    const auto& name = x_running->readers.at(static_cast<std::size_t>(slot));
    Bytes atr;
    const auto seen = watch(x_running->socket, Clock::now() + bound, [&](const std::vector<DaemonReader>& readers) {
        for (const auto& reader : readers) {
            if (reader.name != name || reader.card != present) continue;
            atr = reader.atr;
            return true;
        }
        return false;
    });
    if (!seen) return fail(seen.error());
    if (!*seen && present) return fail(ErrorCode::card_absent, "pcscd sees no card", name);
    if (!*seen) return fail(ErrorCode::card_mute, "pcscd still sees the card", name);
    return atr;
}

}  // namespace rakit::cards
