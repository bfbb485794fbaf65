// Much, and many at once: cases 52, 53.
#include <mutex>

#include "certify/core/latency.hpp"
#include "certify/suite/procedures.hpp"

namespace rakit::certify {

void many(const Bench& bench, Facts& facts) {
    const int wanted = bench.count(1000, 10000);
    int errors = 0;
    std::vector<double> connects, echoes;
    Context context(*bench.log);
    for (int i = 0; i < wanted; ++i) {
        Handle card(context);
        const auto from = Steady::now();
        if (card.connect(bench.reader) != SCARD_S_SUCCESS) ++errors;
        connects.push_back(us_since(from));
        card.disconnect();
    }
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    for (int i = 0; i < wanted; ++i) {
        const Bytes data{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
        Bytes expected = data;
        append(expected, big_endian(crc32(data)));
        const auto from = Steady::now();
        const auto reply = seat.card.transmit(command(0x50, 0, data, 6));
        echoes.push_back(us_since(from));
        if (!reply.is(0x9000) || !equal_bytes(reply.data(), expected)) ++errors;
    }
    const auto of_connects = distribution(connects), of_echoes = distribution(echoes);
    facts.put("connects", of_connects.count);
    facts.put("echoes", of_echoes.count);
    facts.put("errors", errors);
    facts.put("connect_p50_us", of_connects.p50_us);
    facts.put("connect_p99_us", of_connects.p99_us);
    facts.put("echo_p50_us", of_echoes.p50_us);
    facts.put("echo_p99_us", of_echoes.p99_us);
}

namespace {

/// Crowd is threads at one card, each in transactions of its own.
struct Crowd {
    std::mutex mutex;
    int errors = 0, transactions = 0;
    double longest_ms = 0;

    void live(const Bench& bench, int transactions_each) {
        Seat seat(bench);
        for (int i = 0; i < transactions_each; ++i) {
            const auto from = Steady::now();
            const bool begun = seat.card.begin() == SCARD_S_SUCCESS;
            const double waited = ms_since(from);
            const bool good = begun && seat.card.transmit(command(0x34, 100, {}, 100)).is(0x9000);
            seat.card.end();
            const std::lock_guard lock(mutex);
            ++transactions;
            if (!good) ++errors;
            longest_ms = std::max(longest_ms, waited);
        }
    }
};

/// parallel uses the other readers that hold a card, each in its own thread, while this one is used; errors come back.
int parallel(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    std::vector<std::string> readers;
    for (const auto& reader : context.readers())
        if (presence(context, reader).is(SCARD_STATE_PRESENT)) readers.push_back(reader);
    std::atomic<int> errors{0};
    std::vector<std::thread> threads;
    for (const auto& reader : readers)
        threads.emplace_back([&bench, &errors, reader] {
            // Another reader's card isn't ours: it is asked what every card understands, and nothing is written.
            Context own(*bench.log);
            Handle card(own);
            if (card.connect(reader) != SCARD_S_SUCCESS) return;
            const Bytes select{0x00, 0xA4, 0x00, 0x00};
            for (int i = 0; i < 200; ++i)
                if (card.transmit(ByteView(select)).bytes.size() < 2) ++errors;
        });
    for (auto& thread : threads) thread.join();
    facts.put("readers_in_parallel", readers.size());
    return errors;
}

}  // namespace

void crowd(const Bench& bench, Facts& facts) {
    constexpr int kThreads = 8;
    Crowd crowd;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] { crowd.live(bench, bench.count(25, 250)); });
    for (auto& thread : threads) thread.join();
    facts.put("threads", kThreads);
    facts.put("transactions", crowd.transactions);
    facts.put("errors", crowd.errors);
    facts.put("longest_wait_ms", crowd.longest_ms);
    facts.put("parallel_errors", parallel(bench, facts));
}

}  // namespace rakit::certify
