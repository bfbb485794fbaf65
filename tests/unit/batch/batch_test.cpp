#include "reference/batch/batch.hpp"

#include <sys/stat.h>

#include "tests/unit/batch/shop.hpp"

namespace rakit::reference {
namespace {

TEST(Batch, MatchesBySerialNumberAndEjects) {
    Shop shop;
    shop.load(k1);
    shop.load(piv("0A02"), "piv-tc");
    const auto end = shop.run(shop.orders({piv("0A02"), k1}));
    EXPECT_EQ(end.done, 2U) << (end.stopped ? to_string(*end.stopped) : "");
    EXPECT_FALSE(end.stopped);
    for (const auto& card : shop.machine().cards) {
        EXPECT_EQ(card.place, printer::Place::output);
        EXPECT_EQ(card.printed, card.card == k1 ? 0U : 1U);
    }
}

TEST(Batch, TheWrongCardIsRejectedAndTheOrderStaysOpen) {
    Shop shop;
    shop.load(k1);
    shop.load(k2);
    const auto end = shop.run(shop.orders({k2, k3}));
    EXPECT_EQ(end.done, 1U);
    EXPECT_EQ(shop.place(k1), printer::Place::reject);
    EXPECT_EQ(shop.place(k2), printer::Place::output);
    EXPECT_EQ(shop.record.fed[0].problem, "printer_wrong_card");
    EXPECT_EQ(shop.record.by_serial.at(k3).state, OrderState::open);
    ASSERT_TRUE(end.stopped);
    EXPECT_EQ(end.stopped->code, ErrorCode::printer_feeder_empty);
}

TEST(Batch, AnUpdateThatFailsRejectsTheCard) {
    Shop shop;
    shop.load(k1);
    shop.refused.insert(k1);
    const auto end = shop.run(shop.orders({k1}));
    EXPECT_EQ(end.done, 0U);
    EXPECT_EQ(shop.place(k1), printer::Place::reject);
    EXPECT_EQ(shop.record.by_serial.at(k1).problem, "tc_expired");
    shop.refused.clear();
    shop.ask(printer::EmptyTrays{});
    shop.ask(printer::Load{k1});
    EXPECT_EQ(shop.run(shop.orders({k1})).done, 1U);
}

TEST(Batch, ContactsAreTriedAgainThenTheCardIsRejected) {
    Shop shop;
    shop.load(k1);
    shop.load(k2);
    shop.arm(FaultKind::contact_failure, {}, 1, 2);
    EXPECT_EQ(shop.run(shop.orders({k1})).done, 1U);
    shop.arm(FaultKind::contact_failure, {}, 1, 3);
    auto list = shop.orders({k2});
    list.digest = "another list's digest";
    EXPECT_EQ(shop.run(list).done, 0U);
    EXPECT_EQ(shop.place(k2), printer::Place::reject);
    EXPECT_EQ(shop.record.fed[0].problem, "printer_contact_failed");
}

TEST(Batch, AJournalIsTheOwnersAndBelongsToOneList) {
    Shop shop;
    shop.load(k1);
    const auto list = shop.orders({k1});
    shop.run(list);
    struct stat status {};
    const auto file = shop.folder() / "journal" / "batch-0123456789ABCDEF.json";
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_FALSE(BatchJournal::open(shop.folder() / "journal", "0123456789ABCDEF9999"));
    EXPECT_EQ(shop.run(list).done, 1U);
}

/// Each fault at each phase, in the middle of a batch of three: it converges, with every card in the output tray.
TEST(Batch, EachFaultInEachPhaseConverges) {
    for (int kind = 0; kind < static_cast<int>(FaultKind::kCount); ++kind)
        for (int phase = 0; phase < static_cast<int>(Phase::kCount); ++phase)
            for (const unsigned nth : {1U, 2U}) {  // the first card, and one behind it
                const printer::Fault fault{static_cast<FaultKind>(kind), static_cast<Phase>(phase), nth, 1};
                if (!printer::can_strike(fault.kind, *fault.phase)) continue;
                SCOPED_TRACE(std::string(name(fault.kind)) + " in " + std::string(name(*fault.phase)) + ", nth " +
                             std::to_string(nth));
                Shop shop;
                for (const auto& serial : {k1, k2, k3}) shop.load(serial);
                shop.arm(fault.kind, fault.phase, nth);
                const auto list = shop.orders({k1, k2, k3});
                auto end = shop.run(list);
                for (int resumes = 0; end.done < 3 && resumes < 3; ++resumes) {
                    shop.mend();
                    // A card that left in pieces of a fault after its update is put in once more, by hand.
                    for (const auto& serial : {k1, k2, k3})
                        if (shop.place(serial) == printer::Place::taken &&
                            shop.record.by_serial.at(serial).state != OrderState::done)
                            shop.ask(printer::Load{serial});
                    end = shop.run(list);
                }
                EXPECT_EQ(end.done, 3U) << (end.stopped ? to_string(*end.stopped) : "");
                EXPECT_EQ(shop.updated.size(), 3U);
            }
}

}  // namespace
}  // namespace rakit::reference
