// The card or the reader goes away: cases 45, 49, 50.
#include <algorithm>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

/// InFlight is a delay command in a thread of its own.
struct InFlight {
    explicit InFlight(Handle& card) {
        thread = std::thread([this, &card] {
            constexpr std::uint8_t kDelay = 0x54;
            constexpr std::uint16_t kThreeSeconds = 3000;
            begun = true;
            reply = card.transmit(command(kDelay, kThreeSeconds));
            ended = Steady::now();
        });
        while (!begun) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    std::atomic<bool> begun{false};
    Reply reply;
    Steady::time_point ended;
    std::thread thread;
};

/// gone tells how an answer shows that its card went away: an error, or fewer than the two octets of a status word.
std::string gone(const Reply& reply) {
    if (reply.status != SCARD_S_SUCCESS) return "error";
    return reply.bytes.size() < 2 ? "short" : hex_sw(reply);
}

}  // namespace

void quick_exchange(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::insert_at_once, facts)) return;
    const int tries = bench.hands->unattended() ? bench.count(3, 10) : 1;
    int silent = 0;
    bool recovered = true;
    for (int i = 0; i < tries; ++i) {
        Seat seat(bench);
        if (!seat.ok(facts)) return;
        const auto from = Steady::now();
        bench.act(Deed::remove, facts);
        bench.act(Deed::insert_at_once, facts);
        facts.put("out_ms", ms_since(from));
        if (!bench.hands->unattended()) {
            Context context(*bench.log);
            await(context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
            await(context, bench.reader, SCARD_STATE_PRESENT, bench.hands->bound());
        }
        // The card has lost its selection; 9000 would be the answer of the old session.
        const auto reply = seat.card.transmit(command(0x30, 0));
        const auto again = seat.card.transmit(command(0x30, 0));
        facts.put("answer", hex_sw(reply));
        if (reply.is(0x9000) || again.is(0x9000)) ++silent;
        seat.card.disconnect();
        bench.act(Deed::remove, facts);
        Context context(*bench.log);
        await(context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
        bench.act(Deed::insert, facts);
        // PRESENT alone may be said of the card before, that went while it was powered up.
        recovered = answers(bench) && recovered;
    }
    facts.put("tries", tries);
    facts.put("silent", silent);
    facts.put("recovered", recovered);
}

void removed_in_apdu(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::remove, facts)) return;
    {
        Seat seat(bench);
        if (!seat.ok(facts)) return;
        InFlight flight(seat.card);
        const auto pulled = Steady::now();
        bench.act(Deed::remove, facts);
        flight.thread.join();
        facts.put("answer", gone(flight.reply));
        facts.put("answer_status", status_name(flight.reply.status));
        facts.put("took_ms", std::chrono::duration<double, std::milli>(flight.ended - pulled).count());
        await(seat.context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
        const auto after = seat.card.transmit(command(0x30, 0));
        facts.put("after_status", hex_sw(after));
        facts.put("handle", gone(after) == "error" || gone(after) == "short" ? "unusable" : "usable");
    }
    bench.act(Deed::insert, facts);
    Context context(*bench.log);
    await(context, bench.reader, SCARD_STATE_PRESENT, bench.hands->bound());
    facts.put("recovered", answers(bench));
}

void unplugged_in_apdu(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::unplug, facts)) return;
    {
        Context context(*bench.log);
        Handle card(context);
        card.connect(bench.reader);
        if (!select_own(card)) return;
        InFlight flight(card);
        bench.act(Deed::unplug, facts);
        flight.thread.join();
        facts.put("answer", gone(flight.reply));
        facts.put("answer_status", status_name(flight.reply.status));
        const auto until = Steady::now() + bench.hands->bound();
        auto listed = [&] {
            const auto readers = context.readers();
            return std::find(readers.begin(), readers.end(), bench.reader) != readers.end();
        };
        while (listed() && Steady::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        facts.put("listed", listed());
        Bytes atr;
        facts.put("later", status_name(card.atr(atr)));
        facts.put("disconnect_status", status_name(card.disconnect()));
        facts.put("release_status", status_name(context.release()));
    }
    bench.act(Deed::replug, facts);
    facts.put("recovered", answers(bench));
}

}  // namespace rakit::certify
