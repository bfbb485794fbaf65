// Bounds so wide that only a wrong design passes them: the exact ratios are the benchmark's.
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// resident is this process's memory in use, in octets.
std::size_t resident() {
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0, pages = 0;
    statm >> all >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// Ten thousand cards in 400 MB: a tenth of them here in a tenth of it, all of them in the benchmark.
TEST(Speed, AThousandCardsLiveInOneProcessAndEachAnswers) {
    const auto& image = image_of("pkcs15-tc");
    constexpr std::size_t kCards = 1000;
    const auto before = resident();
    std::vector<std::unique_ptr<ImageCard>> cards;
    for (std::size_t i = 0; i < kCards; ++i) cards.push_back(*open_image(image));
    for (const auto& card : cards) {
        ASSERT_EQ(send(*card, kSelectApplication), "9000");
        ASSERT_EQ(send(*card, "00A4090C024403"), "9000");
        ASSERT_EQ(send(*card, "00B0000002").substr(0, 2), "30");
    }
    const auto each = (resident() - before) / kCards;
    RecordProperty("octets", std::to_string(each));
    if (kSanitized) GTEST_SKIP() << "a sanitizer's shadow is measured, not the card";
    EXPECT_LT(each, 40U * 1024U);
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
