#include "reference/card/card_profile.hpp"
#include "reference/card/channel.hpp"
#include "tests/unit/reference_card/scripted_access.hpp"

namespace rakit::reference {
namespace {

PinState pin_one() {
    PinState pin;
    pin.id = "01";
    pin.label = "PIN 1";
    pin.reference = 1;
    return pin;
}

struct VerifyRow {
    const char* name;
    const char* value;
    const char* answer;  ///< nothing: no command may go
    std::optional<ErrorCode> code;
    const char* detail = nullptr;
};

// One VERIFY at most, whatever the card says; filled up with FF to the stored length.
constexpr VerifyRow kRows[] = {
    {"right", "123456", "9000", std::nullopt},
    {"wrong", "123456", "63C2", ErrorCode::pin_wrong, "2 tries left"},
    {"wrong, one left", "123456", "63C1", ErrorCode::pin_wrong, "1 try left"},
    {"wrong, none left", "123456", "63C0", ErrorCode::pin_blocked},
    {"wrong, the card doesn't count", "123456", "6300", ErrorCode::pin_wrong},
    {"blocked", "123456", "6983", ErrorCode::pin_blocked},
    {"no such PIN", "123456", "6A88", ErrorCode::card_write_failed},
    {"too short", "123", nullptr, ErrorCode::pin_malformed},
    {"too long", "123456789", nullptr, ErrorCode::pin_malformed},
    {"empty", "", nullptr, ErrorCode::pin_malformed},
    {"a line's end", "123456\r", nullptr, ErrorCode::pin_malformed},
    {"padding", "\xFF\xFF\xFF\xFF", nullptr, ErrorCode::pin_malformed},
};

TEST(Pkcs15Verify, SaysWhatTheCardSaid) {
    for (const auto& row : kRows) {
        SCOPED_TRACE(row.name);
        std::deque<Exchange> script;
        if (row.answer != nullptr) script.push_back({"0020000108313233343536FFFF", row.answer});
        ScriptedAccess access(script);
        NoTrace trace;
        const auto done = card_profiles().front()->verify(*make_channel(access, trace), pin_one(), Pin(row.value));
        EXPECT_EQ(done.has_value(), !row.code.has_value());
        if (done || !row.code) continue;
        EXPECT_EQ(name(done.error().code), name(*row.code));
        if (row.detail != nullptr) {
            EXPECT_EQ(done.error().detail, row.detail);
        }
        EXPECT_EQ(to_string(done.error()).find("123456"), std::string::npos);
    }
}

struct TriesRow {
    const char* answer;
    std::optional<int> left;
};

TEST(Pkcs15Verify, TriesAreAskedWithoutTrying) {
    for (const auto& row :
         {TriesRow{"63C3", 3}, TriesRow{"63C1", 1}, TriesRow{"6983", 0}, TriesRow{"9000", std::nullopt}}) {
        ScriptedAccess access(std::deque<Exchange>{{"00200001", row.answer}});
        NoTrace trace;
        const auto left = card_profiles().front()->tries_left(*make_channel(access, trace), pin_one());
        ASSERT_TRUE(left);
        EXPECT_EQ(*left, row.left) << row.answer;
    }
}

}  // namespace
}  // namespace rakit::reference
