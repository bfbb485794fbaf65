#include "cli/remedies.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace rakit::cli {
namespace {

TEST(Remedies, ThePageSaysWhatToDoWhereTheErrorDoesNot) {
    Error wrong;
    wrong.code = ErrorCode::pin_wrong;
    wrong.detail = "2 tries left";
    EXPECT_EQ(to_string(with_remedy(wrong)),
              "pin_wrong: 2 tries left, enter the right one; nothing is retried by itself");
    Error torn;
    torn.code = ErrorCode::card_removed;
    EXPECT_EQ(with_remedy(torn).remedy, "insert the same card and run rakit resume");
}

TEST(Remedies, AnErrorsOwnRemedyStays) {
    Error own;
    own.code = ErrorCode::pin_wrong;
    own.remedy = "ask its holder";
    EXPECT_EQ(with_remedy(own).remedy, "ask its holder");
}

TEST(Remedies, NothingIsAddedWhereThePageHasNothingMore) {
    Error other;
    other.code = ErrorCode::io_failed;
    other.detail = "the disk is gone";
    EXPECT_EQ(with_remedy(other), other);
}

/// Each code of the page is a code of ours (ci/run docs sees to that), so each line must be found.
TEST(Remedies, EachRowOfThePageIsRead) {
    std::ifstream page("docs/errors.md");
    std::string line;
    int rows = 0, told = 0;
    while (std::getline(page, line)) {
        if (!line.starts_with("| `")) continue;
        ++rows;
        const auto code = error_code_from_name(line.substr(3, line.find('`', 3) - 3));
        ASSERT_TRUE(code) << line;
        Error bare;
        bare.code = *code;
        if (!with_remedy(bare).remedy.empty()) ++told;
    }
    EXPECT_GT(rows, 100);
    EXPECT_EQ(rows - told, 3) << "only what says 'see the detail' has none";
}

}  // namespace
}  // namespace rakit::cli
