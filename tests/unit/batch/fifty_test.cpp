#include <fmt/format.h>

#include "common/base/file.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/officer/open_officers.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/cm_door.hpp"
#include "scenarios/runner/cm_side.hpp"
#include "tests/unit/batch/shop.hpp"

namespace rakit::reference {
namespace {

constexpr int kCards = 50;
constexpr const char* kPassword = "officer-secret";
constexpr const char* kManagementKey = "010203040506070801020304050607080102030405060708";

/// Knowing answers with the cards' PINs; everything else is in the order.
class Knowing final : public Dialog {
public:
    Result<Pin> ask_pin(const PinPrompt& prompt) override {
        return Pin(prompt.id == "pin:01"   ? "111111"
                   : prompt.id == "pin:80" ? "123456"
                   : prompt.id == "op-pin" ? kManagementKey
                                           : kPassword);
    }
    Result<ActionsAnswer> choose_actions(const Contents&) override { return unasked(); }
    Result<std::string> choose_procedure(const std::vector<Procedure>&) override { return unasked(); }
    Result<FilledForm> fill_form(const InputForm&) override { return unasked(); }
    void tell(const std::string&, const std::string&) override {}
    void progress(const std::string&) override {}

private:
    static Unexpected unasked() { return fail(ErrorCode::prompt_unavailable, "the order says it"); }
};

/// Office is an RA with its officer, and the CM host that it asks, all in this process.
class Office {
public:
    Office(Clock& clock, const std::filesystem::path& folder) : x_clock(clock), x_journal(folder / "orders") {
        const auto day = std::chrono::hours(24);
        const auto token =
            cm::officer_token(x_hierarchy, "Olivia Officer", kPassword, clock.now() - day, clock.now() + day, x_rng);
        EXPECT_TRUE(write_file_atomically(folder / "officer.p12", token->pkcs12, 0600));
        x_officers = std::make_unique<Officers>(*open_officers((folder / "officer.p12").string()));
    }
    /// card makes one of both kinds, with keys that are quickly made.
    std::unique_ptr<cards::ImageCard> card(bool is_piv, const std::string& serial) {
        cards::ImageWish wish;
        wish.serial = serial;
        auto image = cards::make_image(
            is_piv ? "tests/support/cards/piv-ec-tc.yaml" : "tests/support/cards/pkcs15-ec-tc.yaml", wish, x_issuer);
        EXPECT_TRUE(image) << to_string(image.error());
        auto opened = cards::open_image(*image);
        if (!x_side) open_cm(**opened);
        return std::move(*opened);
    }
    template <class Work>
    Result<UpdateOutcome> at(CardReader& reader, const Work& work) {
        auto exchange = *x_door->exchange(x_officers->tls());
        CmClient client(*exchange, {x_hierarchy.authority("root").certificate}, x_clock, x_rng);
        UpdatePorts ports{reader, client, *x_officers->signs, x_dialog, x_clock, x_rng, x_trace, x_journal, kPolicies};
        ports.tls_officer = x_officers->connects.get();
        return work(ports);
    }
    scenarios::CmView seen(const std::vector<scenarios::CardView>& before) {
        std::vector<const scenarios::CardView*> cards;
        for (const auto& one : before) cards.push_back(&one);
        return *x_side->view(cards);
    }

private:
    void open_cm(const cards::ImageCard& first) {
        scenarios::Case one;
        one.doing.procedure = "employee-tc";
        x_side = *scenarios::CmSide::make(one, scenarios::view_card(first.snapshot().document), Pin("87654321"),
                                          x_hierarchy, x_clock, x_rng);
        x_door = scenarios::direct_door(x_side->host(), x_hierarchy);
    }

    Clock& x_clock;
    SeededRng x_rng{1, "fifty"};
    cm::Hierarchy x_hierarchy = *cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    scenarios::HierarchyIssuer x_issuer{x_hierarchy};
    std::filesystem::path x_journal;
    std::unique_ptr<Officers> x_officers;
    std::unique_ptr<scenarios::CmSide> x_side;
    std::unique_ptr<scenarios::CmDoor> x_door;
    Knowing x_dialog;
    NoTrace x_trace;
};

/// work_off runs the batch until it is done, the operator mending what stopped it; gives how often that was.
int work_off(Shop& shop, const OrderList& list) {
    int resumes = 0;
    for (auto end = shop.run(list); end.done < kCards && resumes < 10; ++resumes, end = shop.run(list)) {
        shop.mend();
        for (const auto& order : list.orders)
            if (shop.place(order.serial) == printer::Place::taken &&
                shop.record.by_serial.at(order.serial).state != OrderState::done)
                shop.ask(printer::Load{order.serial});
    }
    return resumes;
}

TEST(Batch, FiftyMixedCardsWithThreeFaultsConverge) {
    Shop shop;
    Office office(shop.clock, shop.folder());
    std::vector<std::string> serials;
    std::vector<scenarios::CardView> before;
    for (int at = 0; at < kCards; ++at) {
        const bool is_piv = at % 5 == 4;
        auto card = office.card(is_piv, fmt::format("0B{:02X}", at));
        serials.push_back(card->serial());
        before.push_back(scenarios::view_card(card->snapshot().document));
        shop.load(std::move(card));
    }
    shop.load(office.card(false, "0C01"));  // no order is for it
    shop.arm(FaultKind::jam_turn_over, Phase::positioning, 7);
    shop.arm(FaultKind::power_loss, Phase::encoding, 900);
    shop.arm(FaultKind::jam_discharge, Phase::ejecting, 30);
    shop.update = [&](CardReader& reader, const BatchOrder& order) {
        return office.at(reader, [&](UpdatePorts& ports) {
            auto outcome = update(ports, order.request);
            if (outcome) shop.updated.insert(order.serial);
            return outcome;
        });
    };
    shop.resume = [&](CardReader& reader) {
        return office.at(reader, [](UpdatePorts& ports) { return resume(ports); });
    };
    auto list = shop.orders(serials);
    for (auto& order : list.orders) {
        order.request.actions = {{order.serial.size() == 32 ? "9A" : "45", Action::redo, {}}};
        order.request.procedure = "employee-tc";
        order.request.fields = {{"commonName", "Holder " + order.serial}};
    }
    EXPECT_EQ(work_off(shop, list), 3);
    std::set<std::string> transactions;
    for (const auto& [serial, order] : shop.record.by_serial) {
        EXPECT_EQ(name(order.state), "done") << serial << ": " << order.detail;
        transactions.insert(order.transaction);
    }
    EXPECT_EQ(transactions.size(), serials.size());
    for (const auto& fault : shop.machine().faults) EXPECT_EQ(fault.times, 0U) << name(fault.kind);
    // The CM's side of it: one order and one certificate a card, and each transport certificate used up.
    const auto cm = office.seen(before);
    EXPECT_EQ(cm.orders, kCards);
    EXPECT_EQ(cm.used_tcs, kCards);
    EXPECT_EQ(std::count_if(cm.certificates.begin(), cm.certificates.end(),
                            [](const auto& one) { return one.state == "active"; }),
              kCards);
}

}  // namespace
}  // namespace rakit::reference
