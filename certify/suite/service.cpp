// The service itself: cases 2, 46, 62. Where the reader is a virtual one, 2 and 62 are measured at a private service of
// our own, because nobody may restart the one that the reader hangs on; the facts say so.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "certify/suite/own_card.hpp"
#include "certify/suite/procedures.hpp"
#include "common/base/temporary_folder.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::certify {
namespace {

/// own_service starts a private service, and makes this process its client.
std::optional<cards::Sandbox> own_service(const Bench& bench, Facts& facts, cards::SandboxOptions options) {
    options.folder = bench.scratch;
    auto sandbox = cards::Sandbox::start(options);
    if (!sandbox) {
        facts.not_applicable("a private PC/SC service can't be had here: " + to_string(sandbox.error()));
        return std::nullopt;
    }
    facts.put("service", "a private one of our own");
    return std::optional(std::move(*sandbox));
}

void be_client(const std::filesystem::path& socket) { ::setenv("PCSCLITE_CSOCK_NAME", socket.c_str(), 1); }

constexpr const char* kPnp = "\\\\?PnP?\\Notification";

/// Watch waits for a reader to come or go.
struct Watch {
    Watch(Context& context, std::chrono::milliseconds bound) {
        state.szReader = kPnp;
        state.dwCurrentState = SCARD_STATE_UNAWARE;
        thread = std::thread([this, &context, bound] {
            begun = true;
            status = context.change(static_cast<DWORD>(bound.count()), &state, 1);
        });
        while (!begun) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    SCARD_READERSTATE state{};
    std::atomic<bool> begun{false};
    LONG status = SCARD_F_UNKNOWN_ERROR;
    std::thread thread;
};

}  // namespace

void no_reader(const Bench& bench, Facts& facts) {
    cards::SandboxOptions empty;
    empty.slots = 0;
    const auto sandbox = own_service(bench, facts, empty);
    if (!sandbox) return;
    be_client(sandbox->socket());
    Context context(*bench.log);
    DWORD size = 0;
    const auto from = Steady::now();
    const LONG status = SCardListReaders(context.get(), nullptr, nullptr, &size);
    bench.log->call("SCardListReaders", status, from, {}, {});
    facts.put("status", status_name(status));
}

void plug_and_play(const Bench& bench, Facts& facts) {
    // That the pseudo-reader is known shows anywhere; the event only where a reader can come and go.
    Context context(*bench.log);
    SCARD_READERSTATE state{};
    state.szReader = kPnp;
    facts.put("known", context.change(0, &state, 1) == SCARD_E_TIMEOUT);
    if (!bench.can(Deed::unplug, facts)) return;
    facts.put("readers_before", context.readers().size());
    Watch watch(context, bench.hands->bound());
    bench.act(Deed::unplug, facts);
    watch.thread.join();
    facts.put("status", status_name(watch.status));
    facts.put("changed", (watch.state.dwEventState & SCARD_STATE_CHANGED) != 0);
    facts.put("readers_after", context.readers().size());
    bench.act(Deed::replug, facts);
    facts.put("recovered", answers(bench));
}

void restarted(const Bench& bench, Facts& facts) {
    if (bench.kind == ReaderKind::real) return restarted_by_hand(bench, facts);
    // The service's socket is reached by a link, so that the second service is where the first one was.
    auto folder = TemporaryFolder::make(bench.scratch, "certify");
    auto card = own_card();
    if (!folder || !card) return facts.not_applicable("a private PC/SC service can't be had here");
    const auto link = folder->path() / "pcscd.comm";
    auto first = own_service(bench, facts, {});
    if (!first) return;
    std::filesystem::create_symlink(first->socket(), link);
    be_client(link);
    auto served = cards::ServedCard::start(**card, first->connector(0));
    if (!served || !first->await_card(0, true)) return;
    const auto reader = first->readers().front();
    auto context = std::make_unique<Context>(*bench.log);
    Handle handle(*context);
    facts.put("connect_status", status_name(handle.connect(reader)));
    served->remove();
    first.reset();
    std::filesystem::remove(link);
    facts.put("during", status_name(handle.transmit(command(0x30, 0)).status));
    facts.put("context_during", status_name(Context(*bench.log).status()));
    auto second = own_service(bench, facts, {});
    if (!second) return;
    std::filesystem::create_symlink(second->socket(), link);
    auto again = cards::ServedCard::start(**card, second->connector(0));
    if (!again || !second->await_card(0, true)) return;
    DWORD size = 0;
    facts.put("old_context", status_name(SCardListReaders(context->get(), nullptr, nullptr, &size)));
    Context fresh(*bench.log);
    Handle card_again(fresh);
    facts.put("reconnect_status", status_name(card_again.connect(reader)));
    facts.put("answered", select_own(card_again));
}

}  // namespace rakit::certify
