#include <gtest/gtest.h>

#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "reference/card/possession.hpp"
#include "tests/integration/card_profile/workbench.hpp"

// The PIV family on a virtual card: what it reads, what the keys do, and a write that can be torn at every step.
namespace rakit::reference {
namespace {

constexpr auto kPivPin = "123456";
constexpr auto kManagementKey = "010203040506070801020304050607080102030405060708";

const CardProfile& piv() { return *card_profiles().back(); }

const cards::Image& piv_image() {
    static const cards::Image image = *cards::make_image("piv-tc", {}, test_issuer());
    return image;
}

Contents read(CardOnBench& bench) {
    auto contents = piv().read_contents(bench.channel(), bench.card().atr(), {kTransportPolicy});
    EXPECT_TRUE(contents) << to_string(contents.error());
    return contents ? *contents : Contents{};
}

void authorise(CardOnBench& bench, const Contents& contents) {
    const auto done = piv().verify(bench.channel(), *contents.pin("9B"), Pin(kManagementKey));
    ASSERT_TRUE(done) << to_string(done.error());
}

WritePlan plan_of(CardOnBench& bench, const WriteOrder& order) {
    auto plan = piv().plan_write(bench.channel(), order, bench_time());
    EXPECT_TRUE(plan) << to_string(plan.error());
    return plan ? *plan : WritePlan{};
}

/// torn_object makes a PUT DATA that leaves the first `octets` of its content over `old`.
iso7816::CommandApdu torn_object(iso7816::CommandApdu command, Bytes old, std::size_t octets) {
    const auto tag = iso7816::find_tlv(command.data, 0x5C);
    const auto content = iso7816::find_tlv(command.data, 0x53);
    old.resize(std::max(old.size(), content->value.size()));
    std::copy_n(content->value.begin(), std::min(octets, content->value.size()), old.begin());
    command.data = iso7816::TlvWriter().raw(tag->whole).put(0x53, old).bytes();
    return command;
}

TEST(PivContents, TheTcCardIsReadWhole) {
    CardOnBench bench(piv_image());
    const auto contents = read(bench);
    EXPECT_EQ(contents.profile, "piv");
    EXPECT_EQ(contents.serial.size(), 32U) << "the CHUID's GUID";
    ASSERT_EQ(contents.keys.size(), 3U);
    EXPECT_EQ(contents.keys[0].id, "9A");
    EXPECT_EQ(contents.keys[1].id, "9C");
    EXPECT_TRUE(contents.keys[1].user_consent);
    EXPECT_EQ(contents.keys[2].id, "9D");
    EXPECT_FALSE(contents.keys[2].can_sign);
    for (const auto& key : contents.keys) {
        ASSERT_NE(key.transport_certificate(), nullptr) << key.id;
        EXPECT_EQ(key.transport_certificate()->certificate.spki(), key.spki);
    }
    EXPECT_EQ(contents.write_pins, std::vector<std::string>{"9B"});
    EXPECT_EQ(contents.pin("80")->tries_left, 3);
    const auto identity = piv().read_identity(bench.channel());
    ASSERT_TRUE(identity);
    EXPECT_EQ(*identity, contents.identity());
    EXPECT_FALSE(card_profiles().front()->recognises(bench.card().atr())) << "the ATR names PIV";
}

TEST(PivKeys, SignOrProvePossession) {
    CardOnBench bench(piv_image());
    const auto contents = read(bench);
    SeededRng rng(1, "challenge");
    const Bytes message = to_bytes("a certification request");
    for (const auto& key : contents.keys) {
        ASSERT_TRUE(piv().verify(bench.channel(), *contents.pin("80"), Pin(kPivPin)));
        if (!key.can_sign) {
            const auto proved = prove_possession(piv(), bench.channel(), key, rng);
            EXPECT_TRUE(proved) << key.id << ": " << to_string(proved.error());
            continue;
        }
        const auto signature = piv().sign(bench.channel(), key, message);
        ASSERT_TRUE(signature) << to_string(signature.error());
        const auto public_key = ossl::parse_spki(key.spki);
        const ossl::DigestContext context(EVP_MD_CTX_new());
        ASSERT_EQ(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, public_key->get()), 1);
        EXPECT_EQ(EVP_DigestVerify(context.get(), signature->data(), signature->size(), message.data(), message.size()),
                  1);
    }
}

TEST(PivManagementKey, IsJudgedBeforeAndByTheCard) {
    CardOnBench bench(piv_image());
    const auto contents = read(bench);
    const auto& pin = *contents.pin("9B");
    for (const auto* malformed : {"0102", "zz0203040506070801020304050607080102030405060708"})
        EXPECT_EQ(piv().verify(bench.channel(), pin, Pin(malformed)).error().code, ErrorCode::pin_malformed);
    for (const auto* wrong : {"FF0203040506070801020304050607080102030405060708", "01020304050607080102030405060708"})
        EXPECT_EQ(piv().verify(bench.channel(), pin, Pin(wrong)).error().code, ErrorCode::pin_wrong);
}

TEST(PivPlan, AddIsRefusedAndWhatCannotBeIsSaid) {
    CardOnBench bench(piv_image());
    const auto contents = read(bench);
    const auto refused = piv().plan_write(bench.channel(), {{add(contents, "9A", "x")}, {}, {}}, bench_time());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::add_not_possible);
    auto change = redo(contents, "9A", "x");
    change.replaces = Bytes(32, 0xAA);
    EXPECT_EQ(piv().plan_write(bench.channel(), {{change}, {}, {}}, bench_time()).error().code,
              ErrorCode::certificate_unknown);
}

TEST(PivTears, EveryWriteMayBeTheLastAndGoesOnOrBack) {
    CardOnBench first(piv_image());
    const auto before = read(first);
    const std::vector<CertificateChange> changes{redo(before, "9A", "a"), redo(before, "9D", "b")};
    for (std::size_t step = 0; step < changes.size(); ++step)
        for (const std::size_t octets : {1U, 100U, 300U})
            for (const auto tear : {CardOnBench::Tear::before, CardOnBench::Tear::after, CardOnBench::Tear::within})
                for (const bool undo : {false, true}) {
                    SCOPED_TRACE(std::to_string(step) + ", " + std::to_string(octets) + (undo ? ", undone" : ""));
                    CardOnBench bench(piv_image());
                    authorise(bench, read(bench));
                    const auto plan = plan_of(bench, {changes, {}, {}});
                    ASSERT_EQ(plan.images.size(), 2U);
                    ASSERT_EQ(plan.steps.size(), 2U);
                    WritePlan torn = plan;
                    // What the object holds then: the new one's beginning over the old one.
                    Bytes content = plan.images[step].content;
                    auto& command = torn.steps[step].command;
                    if (tear == CardOnBench::Tear::within) command = torn_object(command, content, octets);
                    bench.run_torn(torn, step, tear == CardOnBench::Tear::before ? tear : CardOnBench::Tear::after, 0);
                    authorise(bench, read(bench));
                    const auto rest = plan_of(bench, {changes, {}, plan.images, undo});
                    ASSERT_TRUE(bench.run(rest));
                    const auto after = read(bench);
                    for (const auto& change : changes) {
                        ASSERT_EQ(after.key(change.key)->certificates.size(), 1U);
                        EXPECT_EQ(after.key(change.key)->certificates[0].certificate,
                                  undo ? before.key(change.key)->certificates[0].certificate : change.certificate);
                    }
                    EXPECT_EQ(after.identity(), before.identity());
                    EXPECT_TRUE(plan_of(bench, {changes, {}, plan.images, undo}).steps.empty());
                }
}

TEST(PivPlan, WhatAnotherWroteMeanwhileIsNotOverwritten) {
    CardOnBench bench(piv_image());
    const auto before = read(bench);
    authorise(bench, before);
    const auto mine = redo(before, "9A", "mine");
    const auto plan = plan_of(bench, {{mine}, {}, {}});
    ASSERT_TRUE(bench.run(plan_of(bench, {{redo(before, "9A", "theirs, with a longer name")}, {}, {}})));
    const auto again = piv().plan_write(bench.channel(), {{mine}, {}, plan.images}, bench_time());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::card_changed);
}

}  // namespace
}  // namespace rakit::reference
