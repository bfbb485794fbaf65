// Much, and many at once: cases 52, 53.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>

#include "certify/core/latency.hpp"
#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

/// put_calmest judges ten rounds by the one whose p99 is the least of its p50: what the host's scheduler does to one
/// round says nothing about the reader, and what the reader does shows in all.
void put_calmest(Facts& facts, const std::string& of, const std::vector<double>& samples) {
    constexpr std::size_t kRounds = 10;
    const std::size_t size = samples.size() / kRounds;
    std::optional<Distribution> calmest;
    for (std::size_t round = 0; round < kRounds; ++round) {
        const auto from = samples.begin() + static_cast<std::ptrdiff_t>(round * size);
        const auto one = distribution({from, from + static_cast<std::ptrdiff_t>(size)});
        if (!calmest || one.p99_us / one.p50_us < calmest->p99_us / calmest->p50_us) calmest = one;
    }
    const auto all = distribution(samples);
    facts.put(of + "_p50_us", calmest->p50_us);
    facts.put(of + "_p99_us", calmest->p99_us);
    facts.put(of + "_all_p99_us", all.p99_us);
    facts.put(of + "_all_max_us", all.max_us);
}

/// put_load says how busy the host is: what it takes from a client, the reader seems to.
void put_load(Facts& facts) {
    double load = 0;
    if (::getloadavg(&load, 1) != 1) return;
    const auto processors = ::sysconf(_SC_NPROCESSORS_ONLN);
    facts.put("host_load", load);
    if (load > static_cast<double>(processors))
        facts.deviation(fmt::format("the host was busy, load {:.1f} on {} processors: the times are the host's too",
                                    load, processors));
}

}  // namespace

void many(const Bench& bench, Facts& facts) {
    put_load(facts);
    const int wanted = bench.count(1000, 10000);
    int errors = 0;
    std::vector<double> connects, echoes;
    {
        Context context(*bench.log);
        for (int i = 0; i < wanted; ++i) {
            Handle card(context);
            const auto from = Steady::now();
            if (card.connect(bench.reader) != SCARD_S_SUCCESS) ++errors;
            connects.push_back(us_since(from));
            card.disconnect();
        }
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
    facts.put("connects", connects.size());
    facts.put("echoes", echoes.size());
    facts.put("errors", errors);
    put_calmest(facts, "connect", connects);
    put_calmest(facts, "echo", echoes);
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
    put_load(facts);
    constexpr int kThreads = 8, kRounds = 3;
    double longest = 0;
    int transactions = 0, errors = 0;
    // A reader that starves a client does so each time; a busy host, once.
    for (int round = 0; round < kRounds; ++round) {
        Crowd crowd;
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { crowd.live(bench, bench.count(20, 100)); });
        for (auto& thread : threads) thread.join();
        longest = round == 0 ? crowd.longest_ms : std::min(longest, crowd.longest_ms);
        transactions += crowd.transactions;
        errors += crowd.errors;
    }
    facts.put("threads", kThreads);
    facts.put("rounds", kRounds);
    facts.put("transactions", transactions);
    facts.put("errors", errors);
    facts.put("longest_wait_ms", longest);
    facts.put("parallel_errors", parallel(bench, facts));
}

}  // namespace rakit::certify
