#include <gtest/gtest.h>

#include "tests/integration/card_profile/workbench.hpp"

// Power is lost at every step of a write, in each of the ways that there are. The card must still be readable, each key
// must have its old or its new certificate, and the same order planned again must end where it would have ended.
// covers: commit-one-byte
namespace rakit::reference {
namespace {

using Tear = CardOnBench::Tear;

struct TearRow {
    const char* name;
    Tear tear;
    std::size_t octets;
};

constexpr TearRow kTears[] = {
    {"not executed", Tear::before, 0},
    {"answer lost", Tear::after, 0},
    {"first octet written", Tear::within, 1},
    {"first 100 written", Tear::within, 100},
};

struct OrderRow {
    const char* name;
    cards::Image start;
    std::vector<CertificateChange> changes;
};

std::vector<Bytes> of(const Contents& contents, const std::string& key) {
    std::vector<Bytes> all;
    for (const auto& stored : contents.key(key)->certificates) all.push_back(stored.certificate.der());
    return all;
}

std::vector<OrderRow> orders() {
    CardOnBench bench(tc_image());
    const auto contents = bench.read();
    std::vector<OrderRow> rows;
    rows.push_back({"redo of both keys", tc_image(), {redo(contents, "45", "a"), redo(contents, "46", "b")}});
    rows.push_back({"add", tc_image(), {add(contents, "46", "c")}});
    // An ODF that is the SO PIN's: the entry's own tag is the commit then.
    rows.push_back(
        {"add without a switch", with_access(tc_image(), "3F0050155031", "033FFF"), {add(contents, "46", "c")}});
    // Two at once, or a Redo: the directory is rewritten where it stands, and the image repairs what tears.
    rows.push_back({"redo and add in place",
                    with_access(tc_image(), "3F0050155031", "033FFF"),
                    {redo(contents, "45", "f"), add(contents, "46", "g")}});
    bench.verify_for_writing();
    EXPECT_TRUE(bench.run(bench.plan(rows[0].changes)));
    const auto updated = bench.read();
    rows.push_back({"redo and add on an updated card",
                    bench.card().snapshot(),
                    {redo(updated, "46", "d"), add(updated, "45", "e")}});
    return rows;
}

struct Wanted {
    std::vector<Bytes> old45, old46, new45, new46;
    std::set<std::uint16_t> files;
};

Wanted wanted_of(const OrderRow& order) {
    CardOnBench bench(order.start);
    Wanted wanted;
    const auto before = bench.read();
    bench.verify_for_writing();
    EXPECT_TRUE(bench.run(bench.plan(order.changes)));
    const auto after = bench.read();
    wanted.old45 = of(before, "45");
    wanted.old46 = of(before, "46");
    wanted.new45 = of(after, "45");
    wanted.new46 = of(after, "46");
    wanted.files = bench.files();
    return wanted;
}

void check_torn(const OrderRow& order, const Wanted& wanted, std::size_t step, const TearRow& tear) {
    CardOnBench bench(order.start);
    bench.verify_for_writing();
    const auto plan = bench.plan(order.changes);
    bench.run_torn(plan, step, tear.tear, tear.octets);

    const bool in_place = !plan.images.empty();
    const auto torn = bench.read();
    const bool is_old = of(torn, "45") == wanted.old45 && of(torn, "46") == wanted.old46;
    const bool is_new = of(torn, "45") == wanted.new45 && of(torn, "46") == wanted.new46;
    EXPECT_TRUE(is_old || is_new || in_place) << "all of the order or nothing of it";

    bench.verify_for_writing();
    const auto rest = bench.plan(order.changes, plan.images);
    for (const auto& left : rest.steps)
        if (is_new && !in_place) {
            EXPECT_EQ(left.kind, WriteStep::Kind::tidy) << left.what;
        }
    const auto done = bench.run(rest);
    ASSERT_TRUE(done) << to_string(done.error());
    const auto after = bench.read();
    EXPECT_EQ(of(after, "45"), wanted.new45);
    EXPECT_EQ(of(after, "46"), wanted.new46);
    EXPECT_EQ(bench.files().size(), wanted.files.size()) << "no file is left over";
    EXPECT_TRUE(bench.plan(order.changes).steps.empty());
}

TEST(Pkcs15Tears, EveryStepMayBeTheLast) {
    for (const auto& order : orders()) {
        const auto wanted = wanted_of(order);
        CardOnBench bench(order.start);
        const auto plan = bench.plan(order.changes);
        ASSERT_FALSE(plan.steps.empty());
        for (std::size_t step = 0; step < plan.steps.size(); ++step)
            for (const auto& tear : kTears) {
                const bool writes = plan.steps[step].command.ins == 0xD6;
                if (tear.tear == Tear::within && !writes) continue;
                SCOPED_TRACE(std::string(order.name) + ", " + plan.steps[step].what + ", " + tear.name);
                check_torn(order, wanted, step, tear);
                if (HasFatalFailure() || HasNonfatalFailure()) return;  // one is enough to look at
            }
    }
}

}  // namespace
}  // namespace rakit::reference
