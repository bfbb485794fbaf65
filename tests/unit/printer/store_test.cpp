#include "virtual_cards/printer/store.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "common/base/file.hpp"
#include "common/base/temporary_folder.hpp"
#include "tests/support/test_issuer.hpp"
#include "virtual_cards/printer/unit.hpp"

namespace rakit::printer {
namespace {

const std::string kFirst = "00000000000000000A01", kSecond = "00000000000000000A02";

/// NoContacts: nothing is behind the station.
class NoContacts final : public Contacts {
public:
    Result<void> engage(const std::string&) override { return {}; }
    void disengage() override {}
};

std::unique_ptr<cards::ImageCard> card_with(const std::string& serial) {
    static rakit::test::TestIssuer issuer;
    auto image = cards::make_image("tests/support/cards/pkcs15-ec-tc.yaml", {serial, 1}, issuer);
    EXPECT_TRUE(image) << to_string(image.error());
    return *cards::open_image(*image);
}

/// Life is a printer from the start of its process to its end, which is nothing but the end.
struct Life {
    explicit Life(const std::filesystem::path& folder)
        : store(folder, [](const Error& error) { ADD_FAILURE() << to_string(error); }),
          unit({{}, {}, {}, {}, &store}, bank, contacts, station, clock),
          found(unit.find_again()) {}

    Machine machine() { return unit.printer().look(); }
    Refusal operator()(const Input& input) { return unit.printer().ask(input); }
    Place place(const std::string& serial) {
        const auto cards = machine().cards;
        const auto last =
            std::find_if(cards.rbegin(), cards.rend(), [&](const auto& one) { return one.card == serial; });
        return last == cards.rend() ? Place::kCount : last->place;
    }

    VirtualClock clock{UtcTime{}};
    NoContacts contacts;
    StationCard station;
    Store store;
    CardBank bank;
    Unit unit;
    Result<bool> found;
};

class PrinterStore : public testing::Test {
protected:
    TemporaryFolder x_folder = *TemporaryFolder::make("/tmp", "rakit-store");
    const std::filesystem::path x_kept = x_folder.path() / "printer";
};

TEST_F(PrinterStore, AnEmptyFolderIsAPrinterOfNoPast) {
    Life life(x_kept);
    ASSERT_TRUE(life.found);
    EXPECT_FALSE(*life.found);
    EXPECT_TRUE(life.machine().cards.empty());
}

// Whatever was done, where the cards are is found again, and the one that was on its way waits at the station.
struct Row {
    const char* what;
    std::vector<Input> done;
    Place first, second;
    Phase phase;
    Refusal next;  ///< of the next card's feeding
};

TEST_F(PrinterStore, EachCardIsWhereItWas) {
    const Row rows[] = {
        {"loaded", {}, Place::hopper, Place::hopper, Phase::idle, Refusal::none},
        {"at the station", {ToStation{}}, Place::inside, Place::hopper, Phase::at_contact, Refusal::none},
        {"in a command",
         {ToStation{}, CommandStarted{}},
         Place::inside,
         Place::hopper,
         Phase::at_contact,
         Refusal::none},
        {"printing", {ToPrint{}}, Place::inside, Place::hopper, Phase::at_contact, Refusal::none},
        {"in a job", {BeginJob{}, ToStation{}}, Place::inside, Place::hopper, Phase::at_contact, Refusal::none},
        {"ejected", {ToStation{}, Eject{}}, Place::output, Place::hopper, Phase::idle, Refusal::none},
        {"rejected", {ToStation{}, Reject{}}, Place::reject, Place::hopper, Phase::idle, Refusal::none},
        {"to the slot", {ToStation{}, EjectBack{}}, Place::slot, Place::hopper, Phase::idle, Refusal::none},
        {"taken", {ToStation{}, Eject{}, EmptyTrays{}}, Place::taken, Place::hopper, Phase::idle, Refusal::none},
        {"both out",
         {ToStation{}, Eject{}, ToStation{}, Reject{}},
         Place::output,
         Place::reject,
         Phase::idle,
         Refusal::feeder},
        {"cover open", {ToStation{}, OpenCover{}}, Place::inside, Place::hopper, Phase::at_contact, Refusal::cover},
        {"jammed",
         {Arm{{FaultKind::jam_turn_over, Phase::positioning, 1, 1}}, ToStation{}},
         Place::inside,
         Place::hopper,
         Phase::at_contact,
         Refusal::none},
        {"a fault to come",
         {Arm{{FaultKind::feeder_empty, {}, 2, 1}}, ToStation{}, Eject{}},
         Place::output,
         Place::hopper,
         Phase::idle,
         Refusal::feeder},
    };
    int number = 0;
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        const auto folder = x_kept / std::to_string(number++);
        {
            Life life(folder);
            for (const auto& serial : {kFirst, kSecond}) ASSERT_TRUE(life.unit.load(card_with(serial)));
            for (const auto& input : row.done) life(input);
        }
        Life again(folder);
        ASSERT_TRUE(again.found && *again.found);
        EXPECT_EQ(again.place(kFirst), row.first);
        EXPECT_EQ(again.place(kSecond), row.second);
        EXPECT_EQ(again.machine().phase, row.phase);
        EXPECT_EQ(again.machine().job, JobState::none);
        EXPECT_EQ(again(ToStation{}), row.next);
    }
}

TEST_F(PrinterStore, ALostCardIsTakenOutByWhoeverClosesTheCover) {
    {
        Life life(x_kept);
        ASSERT_TRUE(life.unit.load(card_with(kFirst)));
        life(Arm{{FaultKind::card_lost, Phase::positioning, 1, 1}});
        life(ToStation{});
    }
    Life again(x_kept);
    EXPECT_EQ(again.place(kFirst), Place::lost);
    again(OpenCover{});
    again(CloseCover{});
    EXPECT_EQ(again.place(kFirst), Place::taken);
    EXPECT_TRUE(again.unit.load(card_with(kFirst)));
}

TEST_F(PrinterStore, AChipHoldsWhatItAnsweredFor) {
    const auto wrong_pin = *from_hex("0020000108333333333333FFFF");
    {
        Life life(x_kept);
        ASSERT_TRUE(life.unit.load(card_with(kFirst)));
        auto& card = *life.bank.find(kFirst);
        card.power_on();
        card.handle(*from_hex("00A4040C0CA000000063504B43532D3135"));
        EXPECT_EQ(to_hex(card.handle(wrong_pin).bytes), "63C2");
    }
    Life again(x_kept);
    auto& card = *again.bank.find(kFirst);
    EXPECT_EQ(card.pin_tries(1), 2);
    card.power_on();
    card.handle(*from_hex("00A4040C0CA000000063504B43532D3135"));
    EXPECT_EQ(to_hex(card.handle(wrong_pin).bytes), "63C1");
}

TEST_F(PrinterStore, WhatIsDamagedIsSaidAndLeftAlone) {
    {
        Life life(x_kept);
        ASSERT_TRUE(life.unit.load(card_with(kFirst)));
    }
    const auto file = x_kept / "printer.json";
    const auto whole = *read_file(file);
    const std::string text(as_text(whole));
    auto elsewhere = text;
    elsewhere.replace(elsewhere.find("\"hopper\":[\"" + kFirst + "\"]"), 33, "\"hopper\":[]");
    for (const auto& damaged : {std::string(), text.substr(0, text.size() / 2), std::string("{}"), elsewhere}) {
        ASSERT_TRUE(write_file_atomically(file, as_bytes(damaged)));
        Life life(x_kept);
        ASSERT_FALSE(life.found) << damaged;
        EXPECT_EQ(life.found.error().code, ErrorCode::document_invalid);
        EXPECT_EQ(as_text(*read_file(file)), damaged);
    }
    ASSERT_TRUE(write_file_atomically(file, whole));
    std::filesystem::remove(x_kept / "cards" / (kFirst + ".json"));
    EXPECT_EQ(Life(x_kept).found.error().code, ErrorCode::file_unreadable);
}

}  // namespace
}  // namespace rakit::printer
