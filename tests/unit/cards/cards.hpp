#pragma once

#include <gtest/gtest.h>

#include "common/iso7816/apdu.hpp"
#include "tests/support/test_issuer.hpp"
#include "virtual_cards/images/image.hpp"

namespace rakit::cards::test {

/// image_of makes a built-in image once per program: RSA keys take their time.
inline const Image& image_of(const std::string& name) {
    static std::map<std::string, Image> made;
    if (const auto found = made.find(name); found != made.end()) return found->second;
    rakit::test::TestIssuer issuer;
    auto image = make_image(name, {}, issuer);
    EXPECT_TRUE(image) << to_string(image.error());
    return made.emplace(name, std::move(*image)).first->second;
}

inline std::unique_ptr<ImageCard> card_of(const std::string& name) {
    auto card = open_image(image_of(name));
    EXPECT_TRUE(card) << to_string(card.error());
    return std::move(*card);
}

/// send gives the whole answer in hex, or "gone".
inline std::string send(ImageCard& card, std::string_view hex) {
    const auto answer = card.handle(*from_hex(hex));
    return answer.drop ? "gone" : to_hex(answer.bytes);
}

/// Row is a table row: prelude commands must answer 9000, then the command answers `expected` (its last octets).
struct Row {
    const char* name;
    std::vector<std::string> prelude;
    std::string command;
    std::string expected;
};

inline void check(const std::string& image, const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        auto card = card_of(image);
        for (const auto& command : row.prelude) {
            const auto answer = send(*card, command);
            EXPECT_EQ(answer.substr(answer.size() - 4), "9000") << row.name << ": " << command;
        }
        const auto answer = send(*card, row.command);
        ASSERT_GE(answer.size(), row.expected.size()) << row.name << ": " << answer;
        EXPECT_EQ(answer.substr(answer.size() - row.expected.size()), row.expected) << row.name;
    }
}

inline const std::string kSelectApplication = "00A4040C0CA000000063504B43532D3135";
inline const std::string kVerifyPin1 = "0020000108313131313131FFFF";
inline const std::string kVerifyPin2 = "0020000208323232323232FFFF";
inline const std::string kVerifyOpPin = "00200003083837363534333231";

}  // namespace rakit::cards::test
