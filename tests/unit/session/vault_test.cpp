#include <gtest/gtest.h>

#include <type_traits>

#include "reference/session/pin_vault.hpp"
#include "reference/session/state.hpp"

namespace rakit::reference {
namespace {

static_assert(std::is_copy_constructible_v<core::State> && !std::is_copy_constructible_v<Pin>,
              "so no Pin can be in a State");

TEST(PinVault, KeepsAPinUntilItsDeadline) {
    VirtualClock clock(UtcTime{});
    PinVault vault(clock, std::chrono::seconds(60));
    EXPECT_EQ(vault.find("pin:01"), nullptr);
    vault.put("pin:01", "0A1B", Pin("1234"));
    EXPECT_EQ(vault.serial("pin:01"), "0A1B");
    clock.sleep(std::chrono::seconds(60));
    ASSERT_NE(vault.find("pin:01"), nullptr);
    EXPECT_EQ(as_text(vault.find("pin:01")->digits()), "1234");
    clock.sleep(std::chrono::milliseconds(1));
    EXPECT_EQ(vault.find("pin:01"), nullptr);
    EXPECT_EQ(vault.serial("pin:01"), "");
}

TEST(PinVault, ForgetsWhatItIsToldTo) {
    VirtualClock clock(UtcTime{});
    PinVault vault(clock, std::chrono::seconds(60));
    vault.put("pin:01", "0A1B", Pin("1234"));
    vault.put("pin:02", "0A1B", Pin("5678"));
    vault.put("pin:02", "0A1B", Pin("9999"));
    vault.forget("pin:01");
    EXPECT_EQ(vault.find("pin:01"), nullptr);
    EXPECT_EQ(as_text(vault.find("pin:02")->digits()), "9999");
    vault.clear();
    EXPECT_EQ(vault.find("pin:02"), nullptr);
}

}  // namespace
}  // namespace rakit::reference
