#include "reference/batch/batch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>
#include <set>

#include "common/base/temporary_folder.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "reference/printer/esc_printer.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "scenarios/links/printer_link.hpp"

namespace rakit::reference {
namespace {

using printer::FaultKind;
using printer::Phase;
using std::chrono_literals::operator""h;

const std::vector<std::string> kPolicies{kDefaultTransportPolicy};

/// make_card opens a card; images are made once, since making keys takes its time.
std::unique_ptr<cards::ImageCard> make_card(const std::string& image, const std::string& serial) {
    static auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    static scenarios::HierarchyIssuer issuer(*hierarchy);
    static std::map<std::string, cards::Image> made;
    auto& one = made[image];
    if (one.document.is_null()) {
        auto fresh = cards::make_image(image, {}, issuer);
        EXPECT_TRUE(fresh) << to_string(fresh.error());
        one = *fresh;
    }
    // The serial number stands in several places, everywhere as the same octets.
    const auto former = (*cards::open_image(one))->serial();
    auto text = one.document.dump();
    for (auto at = text.find(former); at != std::string::npos; at = text.find(former, at + 1))
        text.replace(at, former.size(), std::string(former.size() - serial.size(), '0') + serial);
    auto card = cards::open_image({nlohmann::json::parse(text)});
    EXPECT_TRUE(card) << to_string(card.error());
    return std::move(*card);
}

/// pkcs15 and piv give the serial numbers of such cards: 10 and 16 octets.
std::string pkcs15(const std::string& end) { return std::string(20 - end.size(), '0') + end; }
std::string piv(const std::string& end) { return std::string(32 - end.size(), '0') + end; }
const std::string k1 = pkcs15("0A01"), k2 = pkcs15("0A02"), k3 = pkcs15("0A03");

/// Shop is a printer with cards, an RA's feeder at it, and an update that is a list of cards.
class Shop {
public:
    Shop() { x_contacts.of(x_unit.printer()); }

    void load(const std::string& serial, const std::string& image = "pkcs15-tc") {
        auto loaded = x_unit.load(make_card(image, serial));
        ASSERT_TRUE(loaded) << to_string(loaded.error());
    }
    void arm(FaultKind kind, std::optional<Phase> phase = {}, unsigned nth = 1, unsigned times = 1) {
        ASSERT_EQ(ask(printer::Arm{{kind, phase, nth, times}}), printer::Refusal::none);
    }
    printer::Refusal ask(const printer::Input& input) { return x_unit.printer().ask(input); }
    /// mend is what the operator does about whatever it was: the card that jammed goes back into the hopper.
    void mend() {
        ask(printer::OpenCover{});
        ask(printer::CloseCover{});
        ask(printer::NewRibbon{});
        ask(printer::EmptyTrays{});
        ask(printer::PowerOn{});
        ask(printer::ClearStatus{});
        std::set<std::string> in;
        const auto machine = x_unit.printer().look();
        for (const auto& card : machine.cards)
            if (card.place != printer::Place::taken) in.insert(card.card);
        for (const auto& card : machine.cards)
            if (card.place == printer::Place::taken && !in.contains(card.card) && !updated.contains(card.card)) {
                in.insert(card.card);
                ask(printer::Load{card.card});
            }
    }
    OrderList orders(const std::vector<std::string>& serials) {
        OrderList list{{}, "0123456789ABCDEF0123"};
        for (const auto& serial : serials) list.orders.push_back({serial, {}, {}});
        list.orders.front().face = FaceText{"Anna Ek", "2029"};  // one is enough: pictures take their time
        return list;
    }
    BatchEnd run(const OrderList& list) {
        auto journal = BatchJournal::open(x_folder->path() / "journal", list.digest);
        EXPECT_TRUE(journal) << to_string(journal.error());
        EscPrinter port(scenarios::direct_link(x_unit.esc(), clock));
        scenarios::LinkReader reader("station", x_contacts.slot().link());
        NoTrace trace;
        const auto wait = [&](std::chrono::milliseconds) -> Result<void> {
            if (x_contacts.slot().inserted()) return {};
            return fail(ErrorCode::card_absent, "no card");
        };
        Feeder feeder({port, reader, wait, kPolicies, clock, trace, nullptr, {}});
        const auto work = [&]() -> Result<UpdateOutcome> {
            const auto contents = read_card(reader, kPolicies, trace);  // an APDU or two, as an update has them
            if (!contents) return Unexpected{contents.error()};
            if (refused.contains(contents->identity().serial)) return fail(ErrorCode::tc_expired, "no");
            updated.insert(contents->identity().serial);
            UpdateOutcome outcome;
            outcome.transaction = "T" + contents->identity().serial;
            return outcome;
        };
        BatchPorts ports{feeder, *journal, [&](const BatchOrder&) { return work(); }, work,
                         [&](const BatchRecord&, const FedCard&) { ++told; }};
        auto end = run_batch(ports, list);
        EXPECT_TRUE(end) << to_string(end.error());
        record = journal->record();
        EXPECT_TRUE(accounted(record));
        return *end;
    }
    printer::Place place(const std::string& serial) {
        auto where = printer::Place::kCount;
        for (const auto& card : x_unit.printer().look().cards)
            if (card.card == serial) where = card.place;
        return where;
    }
    printer::Machine machine() { return x_unit.printer().look(); }
    const std::filesystem::path& folder() const { return x_folder->path(); }

    VirtualClock clock{std::chrono::sys_days{std::chrono::year(2026) / 3 / 2} + 12h};
    std::set<std::string> updated, refused;
    BatchRecord record;
    int told = 0;

private:
    Result<TemporaryFolder> x_folder = TemporaryFolder::make("/tmp", "rakit-batch");
    printer::CardBank x_bank;
    scenarios::SlotContacts x_contacts{x_bank, clock};
    printer::Unit x_unit{{}, x_bank, x_contacts, x_contacts.station(), clock};
};

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

TEST(Batch, FiftyMixedCardsWithThreeFaultsConverge) {
    Shop shop;
    std::vector<std::string> serials;
    for (int card = 0; card < 50; ++card) {
        const bool is_piv = card % 5 == 4;
        char serial[8];
        std::snprintf(serial, sizeof serial, "0B%02X", card);
        serials.push_back(is_piv ? piv(serial) : pkcs15(serial));
        shop.load(serials.back(), is_piv ? "piv-tc" : "pkcs15-tc");
    }
    shop.load(pkcs15("0C01"));  // no order is for it
    shop.arm(FaultKind::jam_turn_over, Phase::positioning, 7);
    shop.arm(FaultKind::power_loss, Phase::encoding, 400);
    shop.arm(FaultKind::jam_discharge, Phase::ejecting, 30);
    const auto list = shop.orders(serials);
    auto end = shop.run(list);
    int resumes = 0;
    for (; end.done < 50 && resumes < 10; ++resumes) {
        shop.mend();
        for (const auto& serial : serials)
            if (shop.place(serial) == printer::Place::taken &&
                shop.record.by_serial.at(serial).state != OrderState::done)
                shop.ask(printer::Load{serial});
        end = shop.run(list);
    }
    EXPECT_EQ(end.done, 50U);
    EXPECT_GE(resumes, 3);
    EXPECT_EQ(shop.updated.size(), 50U);
    for (const auto& fault : shop.machine().faults) EXPECT_EQ(fault.times, 0U) << name(fault.kind);
}

}  // namespace
}  // namespace rakit::reference
