// Several clients at one card: cases 33 to 35, 37 to 41.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

bool put_counters(Handle& card, Facts& facts, const std::string& when) {
    const auto counted = counters(card);
    if (!counted) return false;
    facts.put("power_" + when, counted->power_ons);
    facts.put("warm_" + when, counted->warm_resets);
    return true;
}

}  // namespace

void shared(const Bench& bench, Facts& facts) {
    Seat a(bench), b(bench);
    facts.put("a_status", status_name(a.connected));
    facts.put("b_status", status_name(b.connected));
    if (!a.ok(facts) || !b.ok(facts)) return;
    int mismatches = 0, gaps = 0, commands = 0;
    std::optional<std::uint32_t> last;
    for (int i = 0; i < 100; ++i, ++commands) {
        const Bytes mark{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i % 2)};
        const auto number = stamp(i % 2 == 0 ? a.card : b.card, mark);
        if (!number) ++mismatches;
        if (number && last && *number != *last + 1) {
            ++gaps;
            bench.log->remark(fmt::format("command {}: stamp {} after {}", i + 1, *number, *last));
        }
        if (number) last = number;
    }
    facts.put("commands", commands);
    facts.put("mismatches", mismatches);
    facts.put("gaps", gaps);
}

void exclusive(const Bench& bench, Facts& facts) {
    Context one(*bench.log), two(*bench.log);
    {
        Handle first(one), second(two);
        facts.put("first_status", status_name(first.connect(bench.reader, SCARD_SHARE_EXCLUSIVE)));
        facts.put("second_status", status_name(second.connect(bench.reader)));
    }
    Handle first(one), second(two);
    first.connect(bench.reader);
    facts.put("over_shared_status", status_name(second.connect(bench.reader, SCARD_SHARE_EXCLUSIVE)));
}

void to_exclusive(const Bench& bench, Facts& facts) {
    Context one(*bench.log), two(*bench.log);
    Handle first(one), second(two);
    first.connect(bench.reader);
    second.connect(bench.reader);
    // Windows refuses; pcsc-lite waits until the other is gone (PCSCLITE_NO_BLOCKING isn't set). It must not succeed.
    std::atomic<bool> returned{false};
    std::atomic<LONG> status{SCARD_F_UNKNOWN_ERROR};
    std::thread upgrade([&] {
        status = first.reconnect(SCARD_LEAVE_CARD, SCARD_SHARE_EXCLUSIVE);
        returned = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    facts.put("beside", returned ? status_name(status) : std::string("waits"));
    second.disconnect();
    upgrade.join();
    if (status == SCARD_E_SHARING_VIOLATION) status = first.reconnect(SCARD_LEAVE_CARD, SCARD_SHARE_EXCLUSIVE);
    facts.put("alone_status", status_name(status));
    Handle third(two);
    facts.put("other_status", status_name(third.connect(bench.reader)));
    first.disconnect();
    facts.put("after_status", status_name(third.connect(bench.reader)));
}

void isolation(const Bench& bench, Facts& facts) {
    Seat a(bench), b(bench);
    if (!a.ok(facts) || !b.ok(facts)) return;
    constexpr auto kHeld = std::chrono::milliseconds(400);
    a.card.begin();
    std::atomic<bool> begun{false};
    std::atomic<LONG> status{SCARD_F_UNKNOWN_ERROR};
    std::optional<std::uint32_t> of_b;
    double waited = 0;
    const auto from = Steady::now();
    std::thread other([&] {
        begun = true;
        status = b.card.begin();
        waited = ms_since(from);
        if (status == SCARD_S_SUCCESS) of_b = stamp(b.card);
        b.card.end();
    });
    while (!begun) std::this_thread::yield();
    int mismatches = 0, intrusions = 0;
    std::optional<std::uint32_t> last;
    while (Steady::now() < from + kHeld) {
        const auto number = stamp(a.card);
        if (!number) ++mismatches;
        if (number && last && *number != *last + 1) ++intrusions;
        if (number) last = number;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const double held = ms_since(from);
    a.card.end();
    other.join();
    if (last && of_b && *of_b != *last + 1) ++intrusions;
    facts.put("a_mismatches", mismatches);
    facts.put("intrusions", intrusions);
    facts.put("b_status", status_name(status));
    facts.put("held_ms", held);
    facts.put("b_waited_ms", waited);
}

void end_without_begin(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    Handle card(context);
    card.connect(bench.reader);
    facts.put("status", status_name(card.end()));
}

void end_by_other(const Bench& bench, Facts& facts) {
    Seat a(bench), b(bench);
    if (!a.ok(facts) || !b.ok(facts) || !put_counters(a.card, facts, "before")) return;
    a.card.begin();
    facts.put("status", status_name(b.card.end(SCARD_UNPOWER_CARD)));
    facts.put("selection", a.card.transmit(command(0x30, 0)).is(0x9000) ? "kept" : "lost");
    put_counters(a.card, facts, "after");
    a.card.end();
}

void reset_notice(const Bench& bench, Facts& facts) {
    Seat a(bench), b(bench);
    if (!a.ok(facts) || !b.ok(facts)) return;
    facts.put("reset_status", status_name(a.card.reconnect(SCARD_RESET_CARD)));
    const auto first = b.card.transmit(command(0x30, 0)).status;
    const auto second = b.card.transmit(command(0x30, 0)).status;
    facts.put("notice", status_name(first));
    facts.put("second", status_name(second));
    if (first == SCARD_W_RESET_CARD && second != SCARD_W_RESET_CARD)
        facts.deviation("the notice of a reset is given once, not until the reconnect");
    facts.put("reconnect_status", status_name(b.card.reconnect(SCARD_LEAVE_CARD)));
    facts.put("after", status_name(b.card.transmit(command(0x30, 0)).status));
}

void holder_killed(const Bench& bench, Facts& facts) {
    // The holder is a process of its own, and a client that has said nothing before it was forked.
    int holding[2];
    if (::pipe(holding) != 0) return;
    const pid_t holder = ::fork();
    if (holder == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        Context context(*bench.log);
        Handle card(context);
        card.connect(bench.reader);
        const char done = card.begin() == SCARD_S_SUCCESS ? 'y' : 'n';
        (void)!::write(holding[1], &done, 1);
        for (;;) ::pause();
    }
    char held = 'n';
    (void)!::read(holding[0], &held, 1);
    facts.put("held", held == 'y');
    Context context(*bench.log);
    Handle card(context);
    std::atomic<LONG> status{SCARD_F_UNKNOWN_ERROR};
    std::atomic<bool> begun{false};
    Steady::time_point freed;
    std::thread waiter([&] {
        begun = true;
        // Connecting waits for the end of a transaction too.
        LONG now = card.connect(bench.reader);
        if (now == SCARD_S_SUCCESS) now = card.begin();
        freed = Steady::now();
        status = now;
    });
    while (!begun) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const auto killed = Steady::now();
    ::kill(holder, SIGKILL);
    waiter.join();
    facts.put("status", status_name(status));
    facts.put("free_ms", std::chrono::duration<double, std::milli>(freed - killed).count());
    card.end();
}

}  // namespace rakit::certify
