// How fast: cases 54, 55.
#include "certify/core/latency.hpp"
#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

void put(Facts& facts, const std::string& of, const Distribution& sum) {
    facts.put(of + "_count", sum.count);
    facts.put(of + "_min_us", sum.min_us);
    facts.put(of + "_p50_us", sum.p50_us);
    facts.put(of + "_p90_us", sum.p90_us);
    facts.put(of + "_p99_us", sum.p99_us);
    facts.put(of + "_max_us", sum.max_us);
    facts.put(of + "_curve_us", sum.curve);
}

}  // namespace

void latencies(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const int wanted = bench.count(1000, 10000);
    int errors = 0;
    const auto sample = [&](const iso7816::CommandApdu& what, std::size_t size) {
        std::vector<double> samples;
        for (int i = 0; i < wanted; ++i) {
            const auto from = Steady::now();
            const auto reply = seat.card.transmit(what);
            samples.push_back(us_since(from));
            if (!reply.is(0x9000) || reply.data().size() != size) ++errors;
        }
        return distribution(std::move(samples));
    };
    put(facts, "case1", sample(command(0x30, 0), 0));
    put(facts, "case2", sample(command(0x34, 256, {}, 256), 256));
    facts.put("errors", errors);
}

void throughput(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    constexpr std::size_t kAll = 65536, kShort = 256, kExtended = 65529;
    int mismatches = 0;
    auto from = Steady::now();
    for (std::size_t done = 0; done < kAll; done += kShort)
        if (!equal_bytes(seat.card.transmit(command(0x34, kShort, {}, kShort)).data(), counting(kShort))) ++mismatches;
    facts.put("short_octets", kAll);
    facts.put("short_octets_per_s", static_cast<double>(kAll) / (us_since(from) / 1e6));
    auto big = command(0x00, 0x0455, {}, kExtended);
    big.extended = true;
    const auto claimed = largest_claimed(seat.card);
    if (claimed && *claimed < kExtended) return facts.put("mismatches", mismatches);
    from = Steady::now();
    const auto reply = seat.card.transmit(big);
    const double seconds = us_since(from) / 1e6;
    if (claimed || reply.is(0x9000)) {
        if (!reply.is(0x9000) || !equal_bytes(reply.data(), Bytes(kExtended, 0x55))) ++mismatches;
        facts.put("extended_octets", reply.data().size());
        facts.put("extended_octets_per_s", static_cast<double>(reply.data().size()) / seconds);
    }
    facts.put("mismatches", mismatches);
}

}  // namespace rakit::certify
