// Whatever arrives: the card answers, raises no counter without a PUK, uses no key before its PIN and writes nothing
// before the management key was proven. RAKIT_PIV_APDUS=1000000 makes the streams long.
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

int commands() {
    const char* wished = std::getenv("RAKIT_PIV_APDUS");
    return wished == nullptr ? 20000 : std::atoi(wished);
}

/// Stream makes commands that are mostly near to sensible ones.
class Stream {
public:
    explicit Stream(std::uint64_t seed) : x_rng(seed, "piv apdu stream") {}

    Bytes next() {
        if (below(20) == 0) return x_rng.bytes(below(300));
        static constexpr std::uint8_t kIns[] = {0xA4, 0xCB, 0xCB, 0xDB, 0x20, 0x24, 0x2C, 0x87, 0x87, 0x47,
                                                0xFE, 0xFF, 0xFA, 0xFB, 0xF9, 0xF8, 0xF7, 0xFD, 0xC0};
        static constexpr std::uint8_t kCla[] = {0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0C, 0x80};
        const auto ins = kIns[below(sizeof kIns)];
        Bytes command{kCla[below(sizeof kCla)], ins, p1(ins), p2(ins)};
        const auto data = data_of(ins);
        if (!data.empty()) command.push_back(static_cast<std::uint8_t>(data.size()));
        append(command, data);
        if (below(2) == 0) command.push_back(below(2) == 0 ? 0 : octet());
        return command;
    }

    std::size_t below(std::size_t bound) { return (static_cast<std::size_t>(octet()) << 8 | octet()) % bound; }

private:
    std::uint8_t octet() { return x_rng.bytes(1)[0]; }
    std::uint8_t pick(std::initializer_list<std::uint8_t> values) { return *(values.begin() + below(values.size())); }
    std::uint8_t slot() { return pick({0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x82, 0x95, 0xF9}); }
    std::uint8_t algorithm() { return pick({0x00, 0x03, 0x06, 0x07, 0x08, 0x0C, 0x11, 0x11, 0x14}); }

    std::uint8_t p1(std::uint8_t ins) {
        if (below(10) == 0) return octet();
        switch (ins) {
            case 0xA4: return 0x04;
            case 0xCB:
            case 0xDB: return 0x3F;
            case 0x20: return pick({0x00, 0x00, 0xFF});
            case 0x87:
            case 0xFE: return algorithm();
            case 0xFF: return 0xFF;
            case 0xFA: return pick({1, 3, 15});
            case 0xF9: return slot();
            default: return 0;
        }
    }
    std::uint8_t p2(std::uint8_t ins) {
        if (below(10) == 0) return octet();
        switch (ins) {
            case 0xCB:
            case 0xDB:
            case 0xFF: return 0xFF;
            case 0x20:
            case 0x24:
            case 0x2C: return pick({0x80, 0x80, 0x81, 0x00});
            case 0x87:
            case 0x47:
            case 0xFE:
            case 0xF7: return slot();
            case 0xFA: return 3;
            default: return 0;
        }
    }
    Bytes tagged(std::initializer_list<std::uint8_t> tags, std::size_t most) {
        const auto value = x_rng.bytes(below(most));
        return iso7816::TlvWriter().put(pick(tags), value).bytes();
    }
    Bytes data_of(std::uint8_t ins) {
        if (below(8) == 0) return x_rng.bytes(below(60));
        const Bytes object{0x5C, 0x03, 0x5F, pick({0xC1, 0xFF}),
                           pick({0x01, 0x02, 0x05, 0x07, 0x09, 0x0A, 0x0B, 0x0D})};
        switch (ins) {
            case 0xA4: return *from_hex(below(4) == 0 ? "A000000527200101" : "A00000030800001000");
            case 0xCB: return below(6) == 0 ? Bytes{0x5C, 0x01, 0x7E} : object;
            case 0xDB: return concat({object, tagged({0x53, 0x53, 0x53, 0x54}, 40)});
            case 0x20: return below(3) == 0 ? Bytes{} : Bytes{pin()};
            case 0x24:
            case 0x2C: return concat({pin(), pin()});
            case 0x87: return authentication();
            case 0x47: return Bytes{0xAC, 0x03, 0x80, 0x01, pick({0x11, 0x14, 0x08})};
            case 0xFE: return concat({tagged({0x06}, 40), tagged({0xAA, 0xAB}, 2)});
            case 0xFF: return concat({Bytes{algorithm(), 0x9B, 24}, x_rng.bytes(24)});
            default: return {};
        }
    }
    Bytes pin() {
        Bytes value(8, 0xFF);
        for (std::size_t i = 0; i < 6; ++i) value[i] = static_cast<std::uint8_t>('0' + below(10));
        return value;
    }
    Bytes authentication() {
        Bytes inner = tagged({0x80, 0x81, 0x82, 0x85}, 33);
        if (below(2) == 0) append(inner, Bytes{pick({0x80, 0x81, 0x82, 0x82}), 0x00});
        if (below(3) == 0) append(inner, tagged({0x81, 0x82}, 17));
        return iso7816::TlvWriter().put(0x7C, inner).bytes();
    }

    SeededRng x_rng;
};

/// written is all of a card that only a host with the management key may change.
nlohmann::json written(const ImageCard& card) {
    const auto document = card.snapshot().document;
    return {document.at("keys"), document.at("objects"), document.at("management_key")};
}

std::string status_of(const Answer& answer) { return to_hex(ByteView(answer.bytes).last(2)); }
bool done(const Answer& answer) { return status_of(answer) == "9000" || status_of(answer).substr(0, 2) == "61"; }

// Without PUK, PIN and management key nothing gets in: those of this card are none that the stream can draw by chance.
TEST(PivRandom, AStrangerChangesNothingAndUsesNothing) {
    auto image = image_of("piv-tc");
    for (auto& pin : image.document["pins"])
        pin["value"] = pin["reference"] == 129 ? "hex:00112233AABBCCDD" : "99999999";
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        auto card = *open_image(image);
        const auto before = written(*card);
        (void)send(*card, kSelect);
        Stream stream(seed);
        int pin = *card->pin_tries(0x80), puk = *card->pin_tries(0x81);
        bool reset = false;
        for (int i = 0; i < commands() / 4 && !reset; ++i) {
            const auto command = stream.next();
            const auto answer = card->handle(command);
            ASSERT_FALSE(answer.drop);
            ASSERT_GE(answer.bytes.size(), 2U) << to_hex(command);
            // Both blocked: the vendor's reset makes another card of it, for everybody.
            reset = command.size() > 1 && command[0] == 0x00 && command[1] == 0xFB && done(answer);
            if (reset) {
                ASSERT_EQ(pin + puk, 0) << to_hex(command);
                break;
            }
            ASSERT_LE(*card->pin_tries(0x80), pin) << "seed " << seed << ": " << to_hex(command);
            ASSERT_LE(*card->pin_tries(0x81), puk) << "seed " << seed << ": " << to_hex(command);
            pin = *card->pin_tries(0x80);
            puk = *card->pin_tries(0x81);
            const bool uses_key = command.size() > 4 && command[0] == 0 && command[1] == 0x87 && command[3] != 0x9B;
            ASSERT_FALSE(uses_key && done(answer)) << "seed " << seed << ": " << to_hex(command);
            if (stream.below(500) == 0) {
                card->reset();
                (void)send(*card, kSelect);
            }
            if (i % 1000 == 0) {
                ASSERT_EQ(written(*card), before) << "seed " << seed << ", command " << i;
            }
        }
        if (!reset) {
            ASSERT_EQ(written(*card), before) << "seed " << seed;
        }
    }
}

// A host with the management key writes what it likes and never gets a key used without a PIN, nor a counter raised.
TEST(PivRandom, TheManagementKeyOpensNoKey) {
    auto image = image_of("piv-tc");
    for (auto& pin : image.document["pins"])
        pin["value"] = pin["reference"] == 129 ? "hex:00112233AABBCCDD" : "99999999";
    auto card = *open_image(image);
    (void)send(*card, kSelect);
    Stream stream(77);
    int pin = *card->pin_tries(0x80);
    for (int i = 0; i < commands() / 20; ++i) {
        const auto command = stream.next();
        if (command.size() > 1 && (command[1] == 0xFF || command[1] == 0xFB)) continue;  // another key, another card
        if (stream.below(10) == 0) {
            (void)send(*card, kSelect);  // ends a chain that the stream began
            EXPECT_EQ(manage(*card), "9000");
        }
        const auto answer = card->handle(command);
        ASSERT_GE(answer.bytes.size(), 2U) << to_hex(command);
        const auto slot = command.size() > 4 ? command[3] : 0;
        const bool uses_key =
            command.size() > 4 && command[0] == 0 && command[1] == 0x87 && slot != 0x9B && slot != 0x9E;
        ASSERT_FALSE(uses_key && done(answer)) << to_hex(command);
        ASSERT_LE(*card->pin_tries(0x80), pin) << to_hex(command);
        pin = *card->pin_tries(0x80);
        if (stream.below(50) == 0) {
            card->reset();
            (void)send(*card, kSelect);
        }
    }
}

TEST(PivRandom, NeverHurtsACardWithEverythingOpen) {
    auto card = card_of("piv-tc");
    (void)send(*card, kSelect);
    Stream stream(99);
    for (int i = 0; i < commands() / 20; ++i) {
        if (i % 5 == 0) {
            (void)send(*card, kSelect);
            (void)send(*card, kSelect);
            (void)send(*card, kVerify);
            (void)manage(*card);
        }
        const auto command = stream.next();
        if (command.size() > 1 && command[1] == 0xFF) continue;  // else nobody knows the management key any more
        ASSERT_GE(card->handle(command).bytes.size(), 2U) << to_hex(command);
    }
    const auto again = open_image(card->snapshot());
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ((*again)->snapshot(), card->snapshot());
}

}  // namespace
}  // namespace rakit::cards::test
