// Bounds so wide that only a wrong design passes them: the exact ratios are the benchmark's.
#include <malloc.h>

#include <chrono>

#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

TEST(Speed, DispatchTakesMicrosecondsAtMost) {
    auto card = card_of("pkcs15-tc");
    const auto select = *from_hex("00A4080C0450154403"), read = *from_hex("00B0000000");
    constexpr int kRounds = 20000;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kRounds; ++i) {
        (void)card->handle(select);
        (void)card->handle(read);
    }
    const auto each =
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / (2.0 * kRounds);
    RecordProperty("microseconds", std::to_string(each));
    EXPECT_LT(each, 20);
}

TEST(Speed, AnIdleCardTakesLittleMemory) {
    const auto& image = image_of("pkcs15-tc");
    constexpr std::size_t kCards = 50;
    std::vector<std::unique_ptr<ImageCard>> cards;
    cards.push_back(*open_image(image));
    const auto before = mallinfo2().uordblks;
    for (std::size_t i = 0; i < kCards; ++i) cards.push_back(*open_image(image));
    const auto each = (mallinfo2().uordblks - before) / kCards;
    RecordProperty("octets", std::to_string(each));
    EXPECT_LT(each, 40U * 1024U);
}

}  // namespace
}  // namespace rakit::cards::test
