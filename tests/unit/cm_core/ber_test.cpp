#include "mock_cm/core/ber.hpp"

#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

struct BerRow {
    const char* what;
    const char* ber;
    const char* der;  ///< empty: refused
};

void PrintTo(const BerRow& row, std::ostream* out) { *out << row.what; }

class BerTest : public testing::TestWithParam<BerRow> {};

TEST_P(BerTest, BecomesDefinite) {
    const auto der = definite_lengths(*from_hex(GetParam().ber));
    EXPECT_EQ(der ? to_hex(*der) : "", GetParam().der);
}

INSTANTIATE_TEST_SUITE_P(Rows, BerTest,
                         testing::Values(BerRow{"DER stays", "3006020101040100", "3006020101040100"},
                                         BerRow{"indefinite", "30800201010000", "3003020101"},
                                         BerRow{"indefinite in indefinite", "3080308002010100000000", "30053003020101"},
                                         BerRow{"overlong length",
                                                "30830000030201"
                                                "01",
                                                "3003020101"},
                                         BerRow{"constructed OCTET STRING", "24800401AA0402BBCC0000", "0403AABBCC"},
                                         BerRow{"constructed, definite", "24060401AA0401BB", "0402AABB"},
                                         BerRow{"nested segments", "248024040402AABB0401CC0000", "0403AABBCC"},
                                         BerRow{"zeros as a value", "3080040200000000", "300404020000"},
                                         BerRow{"no end", "3080020101", ""}, BerRow{"half an end", "308002010100", ""},
                                         BerRow{"primitive and indefinite", "0480000000", ""},
                                         BerRow{"cut", "30030201", ""}, BerRow{"too long", "3004020101", ""},
                                         BerRow{"octets behind", "300000", ""}, BerRow{"length FF", "30FF", ""},
                                         BerRow{"no OCTET STRING inside one", "2403020101", ""},
                                         BerRow{"empty", "", ""}));

TEST(BerDepthTest, EndsSomewhere) {
    Bytes deep;
    for (int i = 0; i < 100000; ++i) append(deep, Bytes{0x30, 0x80});
    EXPECT_FALSE(definite_lengths(deep));
}

using BerOrderTest = HostTest;

/// indefinite rewrites the outer SEQUENCE and the control sequence with indefinite lengths.
Bytes indefinite(const Bytes& pki_data) {
    iso7816::TlvReader parts(iso7816::TlvReader(pki_data).read(0x30)->value);
    Bytes out{0x30, 0x80, 0x30, 0x80};
    append(out, parts.read(0x30)->value);
    append(out, Bytes{0, 0});
    append(out, parts.rest());
    append(out, Bytes{0, 0});
    return out;
}

TEST_F(BerOrderTest, AnOrderMayHaveIndefiniteLengths) {
    auto request = redo();
    const Bytes data = pki_data(request);
    const auto answer = send(sign(indefinite(data), olivia, {}, clock.now()));
    EXPECT_EQ(answer.status, 5) << answer.info;
    // The same in DER is the same order.
    EXPECT_EQ(send(sign(data, olivia, {}, clock.now())).body, answer.body);
}

}  // namespace
}  // namespace rakit::cm::test
