#include <gtest/gtest.h>

#include <algorithm>

#include "tests/integration/card_profile/workbench.hpp"

// covers: redo-directory, add-many, card-full, directory-image
namespace rakit::reference {
namespace {

std::vector<x509::Certificate> certificates(const Contents& contents, const std::string& key) {
    std::vector<x509::Certificate> all;
    for (const auto& stored : contents.key(key)->certificates) all.push_back(stored.certificate);
    return all;
}

void write(CardOnBench& bench, const std::vector<CertificateChange>& changes) {
    bench.verify_for_writing();
    const auto plan = bench.plan(changes);
    EXPECT_EQ(std::ranges::count(plan.steps, WriteStep::Kind::commit, &WriteStep::kind), 1);
    EXPECT_TRUE(std::ranges::is_sorted(plan.steps, {}, &WriteStep::kind)) << "prepare, commit, tidy";
    const auto commit = std::ranges::find(plan.steps, WriteStep::Kind::commit, &WriteStep::kind);
    ASSERT_NE(commit, plan.steps.end());
    EXPECT_EQ(commit->command.data.size(), 1U);
    const auto done = bench.run(plan);
    ASSERT_TRUE(done) << to_string(done.error());
    EXPECT_TRUE(bench.plan(changes).steps.empty()) << "nothing is left to do";
}

TEST(Pkcs15Plan, RedoExchangesOneCertificateAndNothingElse) {
    CardOnBench bench(tc_image());
    const auto before = bench.read();
    const auto change = redo(before, "45", "Anna Ek");
    write(bench, {change});
    const auto after = bench.read();
    EXPECT_EQ(certificates(after, "45"), std::vector{change.certificate});
    EXPECT_EQ(after.key("45")->certificates[0].label, "Anna Ek");
    EXPECT_EQ(certificates(after, "46"), certificates(before, "46"));
    EXPECT_EQ(after.identity(), before.identity());
    EXPECT_EQ(after.ca_certificates, before.ca_certificates);
    auto expected = CardOnBench(tc_image()).files();
    expected.insert(0x4483);  // the directory's other place; the stock layout lets only the SO PIN delete 4403
    expected.erase(0x4301);
    expected.insert(0x4303);
    EXPECT_EQ(bench.files(), expected);
    const auto old_directory = bench.content("50154403");
    EXPECT_EQ(std::ranges::count(old_directory, 0), std::ssize(old_directory));
}

TEST(Pkcs15Plan, ASecondRedoReturnsToTheFirstDirectory) {
    CardOnBench bench(tc_image());
    write(bench, {redo(bench.read(), "45", "first")});
    const auto second = redo(bench.read(), "45", "second");
    write(bench, {second});
    EXPECT_EQ(certificates(bench.read(), "45"), std::vector{second.certificate});
    EXPECT_EQ(bench.files(), CardOnBench(tc_image()).files()) << "and the card has no file more than at first";
}

TEST(Pkcs15Plan, AddKeepsTheOldOneForFiveAndMore) {
    CardOnBench bench(tc_image());
    auto expected = certificates(bench.read(), "46");
    for (int i = 0; i < 14; ++i) {  // more than the stock directory of 1530 octets holds
        const auto change = add(bench.read(), "46", "certificate with quite a long label, number " + std::to_string(i));
        write(bench, {change});
        expected.push_back(change.certificate);
    }
    EXPECT_EQ(certificates(bench.read(), "46"), expected);
}

TEST(Pkcs15Plan, BothKeysInOneOrder) {
    CardOnBench bench(tc_image());
    const auto before = bench.read();
    const auto first = redo(before, "45", "new authentication");
    const auto second = add(before, "46", "new signature");
    write(bench, {first, second});
    const auto after = bench.read();
    EXPECT_EQ(certificates(after, "45"), std::vector{first.certificate});
    EXPECT_EQ(certificates(after, "46"),
              (std::vector{before.key("46")->certificates[0].certificate, second.certificate}));
}

TEST(Pkcs15Plan, WithoutASwitchTheDirectoryIsRewrittenUnderItsImage) {
    CardOnBench bench(with_access(tc_image(), "3F0050155031", "033FFF"));
    const auto before = bench.read();
    const auto directory = bench.content("50154403");
    bench.verify_for_writing();
    const std::vector<CertificateChange> changes{redo(before, "45", "Anna Ek"), add(before, "46", "Anna Ek")};
    const auto plan = bench.plan(changes);
    ASSERT_EQ(plan.images.size(), 1U);
    EXPECT_EQ(plan.images[0].content, directory);
    ASSERT_TRUE(bench.run(plan));
    const auto after = bench.read();
    EXPECT_EQ(certificates(after, "45"), std::vector{changes[0].certificate});
    EXPECT_EQ(certificates(after, "46").size(), 2U);
}

TEST(Pkcs15Plan, ATornDirectoryIsPutBackFromItsImage) {
    CardOnBench bench(with_access(tc_image(), "3F0050155031", "033FFF"));
    const auto before = bench.read();
    const auto files = bench.files();
    bench.verify_for_writing();
    const std::vector<CertificateChange> changes{redo(before, "45", "Anna Ek")};
    const auto plan = bench.plan(changes);
    const auto commit = std::ranges::find(plan.steps, WriteStep::Kind::commit, &WriteStep::kind);
    bench.run_torn(plan, static_cast<std::size_t>(commit - plan.steps.begin()) + 1, CardOnBench::Tear::within, 100);
    bench.verify_for_writing();
    const auto undo = profile().plan_write(bench.channel(), {changes, {}, plan.images, true}, bench_time());
    ASSERT_TRUE(undo) << to_string(undo.error());
    ASSERT_TRUE(bench.run(*undo));
    EXPECT_EQ(bench.files(), files);
    EXPECT_EQ(bench.content("50154403"), plan.images[0].content);
}

TEST(Pkcs15Plan, CaCertificatesAreReplacedUnderTheOpPin) {
    CardOnBench bench(*cards::make_image("pkcs15-id", {}, test_issuer()));
    const auto before = bench.read();
    ASSERT_TRUE(before.can_store_ca);
    bool op_pin = false;
    for (const auto& pin : before.ca_write_pins) {
        const bool so_pin = before.pin(pin)->is_so_pin;
        bench.verify(before, pin, so_pin ? "87654321" : "111111");
        op_pin = op_pin || so_pin;
    }
    EXPECT_TRUE(op_pin);
    const auto next = test_issuer().next_ca();
    const WriteOrder order{{redo(before, "45", "Anna Ek")}, std::vector{next}, {}};
    const auto plan = profile().plan_write(bench.channel(), order, bench_time());
    ASSERT_TRUE(plan) << to_string(plan.error());
    EXPECT_EQ(std::ranges::count(plan->steps, WriteStep::Kind::commit, &WriteStep::kind), 2);
    const auto done = bench.run(*plan);
    ASSERT_TRUE(done) << to_string(done.error());
    const auto after = bench.read();
    EXPECT_EQ(after.ca_certificates, std::vector{next});
    EXPECT_EQ(certificates(after, "45").back(), order.changes[0].certificate);
    const auto again = profile().plan_write(bench.channel(), order, bench_time());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->steps.empty());
}

TEST(Pkcs15Plan, LastUpdateIsRenewedWhereTheCardAllowsItAndGrows) {
    CardOnBench bench(with_access(dated_image(), "3F0050155032", "010FFF"));
    const auto last_update = [&] {
        const auto text = std::string(as_text(bench.content("50155032")));
        const auto at = text.find("\x18\x0F");
        return at == std::string::npos ? std::string() : text.substr(at + 2, 15);
    };
    EXPECT_EQ(last_update(), "20240101000000Z");
    write(bench, {redo(bench.read(), "45", "first")});
    const auto first = last_update();
    EXPECT_LT("20240101000000Z", first);
    write(bench, {add(bench.read(), "45", "second")});
    EXPECT_LT(first, last_update()) << "at least a second later, though the clock stands still";
    EXPECT_TRUE(bench.read().notes.empty());
}

TEST(Pkcs15Plan, WhatCannotBeIsSaidBeforeAnythingIsWritten) {
    CardOnBench bench(tc_image());
    const auto contents = bench.read();
    auto change = redo(contents, "45", "x");
    change.replaces = Bytes(32, 0xAA);
    const auto unknown = profile().plan_write(bench.channel(), {{change}, {}, {}}, bench_time());
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::certificate_unknown);
    change.key = "99";
    const auto no_key = profile().plan_write(bench.channel(), {{change}, {}, {}}, bench_time());
    ASSERT_FALSE(no_key);
    EXPECT_EQ(no_key.error().code, ErrorCode::key_unknown);
}

TEST(Pkcs15Plan, AnAbandonedAttemptIsClearedByAnEmptyOrder) {
    CardOnBench bench(tc_image());
    const auto files = bench.files();
    const auto before = bench.read();
    bench.verify_for_writing();
    auto plan = bench.plan({redo(before, "45", "x"), add(before, "46", "y")});
    std::erase_if(plan.steps, [](const WriteStep& step) { return step.kind != WriteStep::Kind::prepare; });
    ASSERT_TRUE(bench.run(plan));
    EXPECT_NE(bench.files(), files);
    ASSERT_TRUE(bench.run(bench.plan({})));
    EXPECT_EQ(bench.files(), files);
    EXPECT_EQ(certificates(bench.read(), "45"), certificates(before, "45"));
}

}  // namespace
}  // namespace rakit::reference
