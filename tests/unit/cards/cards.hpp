#pragma once

#include <gtest/gtest.h>

#include "common/iso7816/apdu.hpp"
#include "tests/support/test_issuer.hpp"
#include "tests/unit/cards/sections.hpp"
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

/// command puts Lc before the data; extended beyond 255 octets. `ne` 0: no answer data are expected.
inline std::string command(const std::string& header, const std::string& data, std::size_t ne = 256) {
    iso7816::CommandApdu apdu;
    const auto octets = *from_hex(header);
    apdu.cla = octets[0];
    apdu.ins = octets[1];
    apdu.p1 = octets[2];
    apdu.p2 = octets[3];
    apdu.data = *from_hex(data);
    apdu.ne = apdu.data.size() > 255 && ne > 0 ? 65536 : ne;
    return to_hex(iso7816::encode(apdu));
}

/// Row is a table row: prelude commands must answer 9000, then the command answers `expected` (its last octets).
struct Row {
    const char* name;
    std::vector<std::string> prelude;
    std::string command;
    std::string expected;
};

/// check_row judges the answer to a row's command. A row shows a defined command (section_of), or that an undefined one
/// is refused.
inline void check_row(std::string_view family, const Row& row, const std::string& answer) {
    const auto section = section_of(family, row.command);
    ASSERT_GE(answer.size(), row.expected.size()) << row.name << ": " << answer;
    EXPECT_EQ(answer.substr(answer.size() - row.expected.size()), row.expected) << row.name << " (" << section << ')';
    if (section.empty()) {
        EXPECT_TRUE(row.expected == "6D00" || row.expected == "6E00" || row.expected == "6881" ||
                    row.expected == "6700")
            << row.name << ": " << row.command << " is in no section that the family has";
    }
}

/// check runs the rows, each on a fresh card made from a built-in recipe ("pkcs15-tc"; the name begins with the
/// family).
inline void check(const std::string& image, const std::vector<Row>& rows) {
    const auto family = image.substr(0, image.find('-'));
    for (const auto& row : rows) {
        auto card = card_of(image);
        for (const auto& command : row.prelude) {
            const auto answer = send(*card, command);
            EXPECT_EQ(answer.substr(answer.size() - 4), "9000") << row.name << ": " << command;
        }
        check_row(family, row, send(*card, row.command));
    }
}

inline const std::string kSelectApplication = "00A4040C0CA000000063504B43532D3135";
inline const std::string kVerifyPin1 = "0020000108313131313131FFFF";
inline const std::string kVerifyPin2 = "0020000208323232323232FFFF";
inline const std::string kVerifyOpPin = "00200003083837363534333231";

}  // namespace rakit::cards::test
