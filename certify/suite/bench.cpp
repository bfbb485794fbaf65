#include "certify/suite/bench.hpp"

#include <fmt/format.h>

#include <cstring>

namespace rakit::certify {
namespace {

constexpr std::chrono::milliseconds kLook{1500};  // pcscd's poll, and some

}  // namespace

bool Bench::can(Deed deed, Facts& facts) const {
    if (hands->can(deed)) return true;
    static const auto words = [](Deed what) {
        switch (what) {
            case Deed::unplug:
            case Deed::replug: return "nobody can unplug this reader";
            case Deed::keys: return "nobody can press keys at this reader";
            case Deed::truncate: return "nothing can cut an answer off on its way to this reader";
            case Deed::answer_to_reset: return "nobody can make the card in this reader answer to reset otherwise";
            case Deed::restart_service: return "nobody can restart the service";
            default: return "nobody can put a card into this reader or take it out";
        }
    };
    facts.not_applicable(words(deed));
    return false;
}

bool Bench::act(Deed deed, Facts& facts, const std::string& what) const {
    auto done = hands->act(deed, what);
    if (!done) {
        facts.put("hands", to_string(done.error()));
        log->remark("hands: " + to_string(done.error()));
    }
    return static_cast<bool>(done);
}

double us_since(Steady::time_point from) {
    return std::chrono::duration<double, std::micro>(Steady::now() - from).count();
}

double ms_since(Steady::time_point from) { return us_since(from) / 1000; }

std::string hex_sw(const Reply& reply) {
    if (reply.status != SCARD_S_SUCCESS) return status_name(reply.status);
    return reply.bytes.size() < 2 ? fmt::format("{} octets", reply.bytes.size()) : fmt::format("{:04X}", reply.sw());
}

Seat::Seat(const Bench& of, DWORD share)
    : bench(of), context(*of.log), card(context), connected(card.connect(of.reader, share)) {
    if (connected == SCARD_S_SUCCESS) selected = select();
}

bool Seat::select() {
    if (bench.card == "own") return select_own(card);
    if (bench.card == "handler") return select_handler(card);
    return true;
}

bool Seat::ok(Facts& facts) const {
    if (connected == SCARD_S_SUCCESS && selected) return true;
    facts.put("connect",
              connected != SCARD_S_SUCCESS ? status_name(connected) : "the card's application can't be selected");
    return false;
}

bool answers(const Bench& bench) {
    const auto until = Steady::now() + bench.hands->bound();
    // What pcscd said last may be of before: it is asked until it is true, each time a look later.
    while (Steady::now() < until) {
        {
            Seat seat(bench);
            const Bytes any{0x00, 0xA4, 0x00, 0x00};
            if (seat.connected == SCARD_S_SUCCESS && seat.selected &&
                seat.card.transmit(ByteView(any)).bytes.size() >= 2)
                return true;
        }
        Context context(*bench.log);
        if (context.status() != SCARD_S_SUCCESS) continue;
        SCARD_READERSTATE state{};
        state.szReader = bench.reader.c_str();
        context.change(0, &state, 1);
        state.dwCurrentState = state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
        constexpr DWORD kBetween = 200;
        if (context.change(kBetween, &state, 1) == SCARD_E_UNKNOWN_READER)
            std::this_thread::sleep_for(std::chrono::milliseconds(kBetween));
    }
    return false;
}

void settle(const Bench& bench, Facts& facts) {
    if (!bench.hands->unattended()) return;
    if (bench.hands->can(Deed::replug)) bench.act(Deed::replug, facts);
    if (bench.hands->can(Deed::answer_to_reset)) bench.act(Deed::answer_to_reset, facts);
    if (bench.hands->can(Deed::insert)) bench.act(Deed::insert, facts);
    Context context(*bench.log);
    await(context, bench.reader, SCARD_STATE_PRESENT, kLook);
}

}  // namespace rakit::certify
