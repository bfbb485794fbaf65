#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "common/base/temporary_folder.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "reference/batch/batch.hpp"
#include "reference/printer/esc_printer.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"
#include "scenarios/links/printer_link.hpp"

namespace rakit::reference {

using printer::FaultKind;
using printer::Phase;
using std::chrono_literals::operator""h;

inline const std::vector<std::string> kPolicies{kDefaultTransportPolicy};

/// make_card opens a card; images are made once, since making keys takes its time.
inline std::unique_ptr<cards::ImageCard> make_card(const std::string& image, const std::string& serial) {
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
inline std::string pkcs15(const std::string& end) { return std::string(20 - end.size(), '0') + end; }
inline std::string piv(const std::string& end) { return std::string(32 - end.size(), '0') + end; }
inline const std::string k1 = pkcs15("0A01"), k2 = pkcs15("0A02"), k3 = pkcs15("0A03");

/// Shop is a printer with cards, an RA's feeder at it, and an update that is a list of cards.
class Shop {
public:
    Shop() { x_contacts.of(x_unit.printer()); }

    void load(const std::string& serial, const std::string& image = "pkcs15-tc") { load(make_card(image, serial)); }
    void load(std::unique_ptr<cards::ImageCard> card) {
        auto loaded = x_unit.load(std::move(card));
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
        BatchPorts ports{feeder, *journal, [&](const BatchOrder& order) { return update(reader, order); },
                         [&] { return resume(reader); }, [&](const BatchRecord&, const FedCard&) { ++told; }};
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

    /// update and resume are the RA's; a list of cards stands in for them where only the way of the cards counts.
    std::function<Result<UpdateOutcome>(CardReader&, const BatchOrder&)> update = [this](auto& reader, const auto&) {
        return stand_in(reader);
    };
    std::function<Result<UpdateOutcome>(CardReader&)> resume = [this](auto& reader) { return stand_in(reader); };
    VirtualClock clock{std::chrono::sys_days{std::chrono::year(2026) / 3 / 2} + 12h};
    std::set<std::string> updated, refused;
    BatchRecord record;
    int told = 0;

private:
    Result<UpdateOutcome> stand_in(CardReader& reader) {
        NoTrace trace;
        const auto contents = read_card(reader, kPolicies, trace);  // an APDU or two, as an update has them
        if (!contents) return Unexpected{contents.error()};
        if (refused.contains(contents->identity().serial)) return fail(ErrorCode::tc_expired, "no");
        updated.insert(contents->identity().serial);
        UpdateOutcome outcome;
        outcome.transaction = "T" + contents->identity().serial;
        return outcome;
    }

    Result<TemporaryFolder> x_folder = TemporaryFolder::make("/tmp", "rakit-batch");
    printer::CardBank x_bank;
    scenarios::SlotContacts x_contacts{x_bank, clock};
    printer::Unit x_unit{{}, x_bank, x_contacts, x_contacts.station(), clock};
};

}  // namespace rakit::reference
