// Whatever arrives: the card answers, keeps its PINs' counters honest, and does nothing unauthorised.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

constexpr int kStreams = 10;

/// commands_each is how long a stream is; RAKIT_RANDOM_COMMANDS makes it longer (`ci/run random`: a million in all).
int commands_each() {
    const char* wanted = std::getenv("RAKIT_RANDOM_COMMANDS");
    return (wanted == nullptr ? 100000 : std::atoi(wanted)) / kStreams;
}

/// kCanary stands in a file that PIN 1 guards against reading.
const std::string kCanary = "C0FFEE5EC0DEC0FFEE5EC0DEC0FFEE00";

Image with_canary() {
    auto image = image_of("pkcs15-tc");
    image.document["files"].push_back(
        {{"path", "3F0050154303"}, {"kind", "ef"}, {"acl", "111FFF"}, {"size", 16}, {"content", kCanary}});
    return image;
}

/// Stream makes commands that are mostly near to sensible ones.
class Stream {
public:
    explicit Stream(std::uint64_t seed) : x_rng(seed, "apdu stream") {}

    Bytes next() {
        if (below(20) == 0) return x_rng.bytes(below(300));
        static constexpr std::uint8_t kIns[] = {0xA4, 0xB0, 0xD6, 0xE0, 0xE4, 0x44, 0x20, 0x24, 0x2C,
                                                0x2E, 0xCA, 0xDA, 0x22, 0x2A, 0x86, 0x84, 0xC0};
        const auto ins = kIns[below(sizeof kIns)];
        static constexpr std::uint8_t kCla[] = {0x00, 0x00, 0x00, 0x00, 0x10, 0xA0, 0x80};
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

    std::uint8_t p1(std::uint8_t ins) {
        if (below(8) == 0) return octet();
        if (ins == 0xA4) return pick({0, 1, 2, 3, 4, 8, 9});
        if (ins == 0xCA || ins == 0xDA) return 1;
        if (ins == 0x22) return 0x41;
        if (ins == 0x2A) return pick({0x9E, 0x80});
        return 0;
    }
    std::uint8_t p2(std::uint8_t ins) {
        if (below(8) == 0) return octet();
        if (ins == 0x20 || ins == 0x24 || ins == 0x2C || ins == 0x2E) return pick({1, 2, 3});
        if (ins == 0xCA) return pick({0x01, 0x86, 0xA0, 0xA1, 0xAA});
        if (ins == 0xDA) return pick({1, 4, 0x80, 0x86, 0x87, 0xE0});
        if (ins == 0x22) return pick({0xB6, 0xB8, 0xA4});
        if (ins == 0x2A) return pick({0x9A, 0x86});
        if (ins == 0xA4) return pick({0, 0x0C});
        return 0;
    }
    Bytes data_of(std::uint8_t ins) {
        if (below(6) == 0) return x_rng.bytes(below(40));
        const auto file = Bytes{pick({0x43, 0x44, 0x4B, 0x50, 0x55, 0x3F}), pick({0, 1, 2, 3, 0x15, 0x31})};
        switch (ins) {
            case 0xA4: return below(2) == 0 ? concat({Bytes{0x50, 0x15}, file}) : file;
            case 0x20: return x_rng.bytes(8);
            case 0x24:
            case 0x2C: return x_rng.bytes(16);
            case 0x22: return concat({Bytes{0x80, 0x01, pick({0, 2, 4, 0x12}), 0x81, 0x02}, file});
            case 0x2A: return x_rng.bytes(below(2) == 0 ? 32 : 129);
            case 0xD6: return x_rng.bytes(1 + below(20));
            case 0xE0:
                return concat(
                    {*from_hex("621780020010820101"), *from_hex("8302"), file, *from_hex("8603000FFF850200008A0100")});
            case 0xDA: return x_rng.bytes(below(2) == 0 ? 8 : 19);
            default: return {};
        }
    }

    SeededRng x_rng;
};

/// protected_part is the image without what a guest may change: counters of tries.
nlohmann::json protected_part(const ImageCard& card) { return card.snapshot().document.at("files"); }

std::vector<int> tries(const ImageCard& card) { return {*card.pin_tries(1), *card.pin_tries(2), *card.pin_tries(3)}; }

TEST(RandomCommands, NeverHurtACard) {
    const auto image = with_canary();
    for (int stream = 0; stream < kStreams; ++stream) {
        auto card = *open_image(image);
        const auto files = protected_part(*card);
        Stream commands(static_cast<std::uint64_t>(stream));
        auto before = tries(*card);
        const int commands_in_all = commands_each();
        for (int i = 0; i < commands_in_all; ++i) {
            const auto command = commands.next();
            const auto answer = card->handle(command);
            ASSERT_FALSE(answer.drop);
            ASSERT_GE(answer.bytes.size(), 2U) << to_hex(command);
            const bool done =
                answer.bytes[answer.bytes.size() - 2] == 0x90 || answer.bytes[answer.bytes.size() - 2] == 0x61;
            const bool key_use = command.size() > 4 && command[0] == 0 && (command[1] == 0x2A || command[1] == 0x86);
            ASSERT_FALSE(key_use && done) << "seed " << stream << ": " << to_hex(command);
            const auto after = tries(*card);
            for (std::size_t pin = 0; pin < after.size(); ++pin) ASSERT_LE(after[pin], before[pin]) << to_hex(command);
            before = after;
            ASSERT_EQ(to_hex(answer.bytes).find(kCanary.substr(0, 12)), std::string::npos) << to_hex(command);
            if (commands.below(500) == 0) card->reset();
        }
        ASSERT_EQ(protected_part(*card), files) << "seed " << stream;
    }
}

TEST(RandomCommands, NeverHurtACardWhosePinsAreVerified) {
    auto card = card_of("pkcs15-tc");
    Stream commands(99);
    const int commands_in_all = commands_each();
    for (int i = 0; i < commands_in_all; ++i) {
        for (const auto* pin : {&kVerifyPin1, &kVerifyPin2, &kVerifyOpPin}) (void)send(*card, *pin);
        const auto answer = card->handle(commands.next());
        ASSERT_GE(answer.bytes.size(), 2U);
    }
    const auto again = open_image(card->snapshot());
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ((*again)->snapshot(), card->snapshot());
}

TEST(RandomCommands, NeverHurtATester) {
    for (int stream = 0; stream < kStreams; ++stream) {
        auto card = card_of("tester");
        card->power_on();
        SeededRng rng(static_cast<std::uint64_t>(stream), "tester stream");
        int tries = *card->pin_tries(1);
        const int commands_in_all = commands_each();
        for (int i = 0; i < commands_in_all; ++i) {
            auto command = rng.bytes(rng.bytes(1)[0] % 24U);
            if (command.size() > 4 && command[4] % 2 == 0) {
                static constexpr std::uint8_t kIns[] = {0x20, 0x2C, 0x30, 0x32, 0x34, 0x36, 0x38, 0x40, 0x50,
                                                        0x52, 0x54, 0x56, 0x58, 0x5A, 0xC0, 0x00, 0x12};
                command[0] = command[0] % 2 == 0 ? 0x80 : 0x00;
                command[1] = kIns[command[1] % sizeof kIns];
            }
            if (i % 50 == 0) (void)send(*card, "00A4040007F052414B495401");
            const auto answer = card->handle(command);
            ASSERT_FALSE(answer.drop);
            ASSERT_GE(answer.bytes.size(), 2U) << to_hex(command);
            ASSERT_LE(answer.bytes.size(), 65535U) << to_hex(command);
            ASSERT_LE(answer.delay, std::chrono::seconds(60)) << to_hex(command);
            ASSERT_LE(*card->pin_tries(1), tries) << to_hex(command);
            tries = *card->pin_tries(1);
        }
    }
}

}  // namespace
}  // namespace rakit::cards::test
