// GetStatusChange and Cancel: cases 42 to 44, 48.
#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

/// Wait is a GetStatusChange from another thread.
class Wait {
public:
    Wait(Context& context, const std::string& reader, DWORD current, DWORD timeout_ms) : x_reader(reader) {
        x_state.szReader = x_reader.c_str();
        x_state.dwCurrentState = current;
        x_thread = std::thread([this, &context, timeout_ms] {
            x_begun = true;
            x_status = context.change(timeout_ms, &x_state, 1);
            x_ended = Steady::now();
            x_done = true;
        });
        while (!x_begun) std::this_thread::yield();
        // It must be inside the call before anything happens that it shall see.
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    ~Wait() {
        if (x_thread.joinable()) x_thread.join();
    }
    bool done() const { return x_done; }
    void join() { x_thread.join(); }
    LONG status() const { return x_status; }
    const SCARD_READERSTATE& state() const { return x_state; }
    Steady::time_point ended() const { return x_ended; }

private:
    std::string x_reader;
    SCARD_READERSTATE x_state{};
    std::atomic<bool> x_begun{false}, x_done{false};
    LONG x_status = SCARD_F_UNKNOWN_ERROR;
    Steady::time_point x_ended;
    std::thread x_thread;
};

DWORD without_change(DWORD event) { return event & ~static_cast<DWORD>(SCARD_STATE_CHANGED); }

DWORD millis(std::chrono::milliseconds bound) { return static_cast<DWORD>(bound.count()); }

/// put_event puts what a wait saw into the facts.
void put_event(const Wait& wait, const Presence& before, Steady::time_point acted, DWORD flag, const char* word,
               Facts& facts) {
    const auto event = wait.state().dwEventState;
    facts.put("status", status_name(wait.status()));
    facts.put("changed", (event & SCARD_STATE_CHANGED) != 0);
    facts.put(word, (event & flag) != 0);
    facts.put("events_before", before.events());
    facts.put("events_after", event >> 16 & 0xFFFF);
    // The hand may be done a moment after the reader saw it.
    facts.put("latency_ms", std::max(0.0, std::chrono::duration<double, std::milli>(wait.ended() - acted).count()));
}

}  // namespace

void time_outs(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    const auto now = presence(context, bench.reader);
    SCARD_READERSTATE state{};
    state.szReader = bench.reader.c_str();
    state.dwCurrentState = without_change(now.event);
    auto from = Steady::now();
    facts.put("zero_status", status_name(context.change(0, &state, 1)));
    facts.put("zero_ms", ms_since(from));
    from = Steady::now();
    facts.put("half_status", status_name(context.change(500, &state, 1)));
    facts.put("half_ms", ms_since(from));
    Wait wait(context, bench.reader, state.dwCurrentState, INFINITE);
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    facts.put("infinite_waited", !wait.done());
    context.cancel();
    wait.join();
    facts.put("infinite_ended_by", status_name(wait.status()));
}

void insert_event(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::remove, facts)) return;
    Context context(*bench.log);
    bench.act(Deed::remove, facts);
    const auto before = await(context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
    facts.put("empty_before", before.is(SCARD_STATE_EMPTY));
    Wait wait(context, bench.reader, without_change(before.event), millis(bench.hands->bound()));
    const auto acted = Steady::now();
    bench.act(Deed::insert, facts);
    wait.join();
    put_event(wait, before, acted, SCARD_STATE_PRESENT, "present", facts);
    const auto& seen = wait.state();
    facts.put("atr",
              equal_bytes({seen.rgbAtr, std::min<DWORD>(seen.cbAtr, MAX_ATR_SIZE)}, bench.atr) ? "right" : "another");
}

void remove_event(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::remove, facts)) return;
    Context context(*bench.log);
    const auto before = await(context, bench.reader, SCARD_STATE_PRESENT, bench.hands->bound());
    facts.put("present_before", before.is(SCARD_STATE_PRESENT));
    Wait wait(context, bench.reader, without_change(before.event), millis(bench.hands->bound()));
    const auto acted = Steady::now();
    bench.act(Deed::remove, facts);
    wait.join();
    put_event(wait, before, acted, SCARD_STATE_EMPTY, "empty", facts);
    bench.act(Deed::insert, facts);
    await(context, bench.reader, SCARD_STATE_PRESENT, bench.hands->bound());
}

void cancel(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    const auto now = presence(context, bench.reader);
    const auto quick_look = [&] {
        SCARD_READERSTATE state{};
        state.szReader = bench.reader.c_str();
        state.dwCurrentState = without_change(now.event);
        return status_name(context.change(50, &state, 1));
    };
    {
        Wait wait(context, bench.reader, without_change(now.event), INFINITE);
        facts.put("cancel_status", status_name(context.cancel()));
        wait.join();
        facts.put("blocked_status", status_name(wait.status()));
    }
    facts.put("next_after_blocked", quick_look());
    facts.put("idle_status", status_name(context.cancel()));
    facts.put("next_after_idle", quick_look());
}

}  // namespace rakit::certify
