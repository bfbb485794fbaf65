#include "mock_cm/core/cmc.hpp"
#include "tests/unit/cm_core/fixture.hpp"

namespace rakit::cm::test {
namespace {

using iso7816::TlvWriter;

// RFC 5272's CMCStatusInfoV2 as Bouncy Castle 1.72 encodes it: failed, body part 101, "pop", popFailed.
TEST(CmcCodec, StatusInfoIsTheGoldenVector) {
    EXPECT_EQ(to_hex(encode_status({2, {101}, "pop", 9, std::nullopt})), "301002010230030201650C03706F70020109");
}

TEST(CmcCodec, StatusInfoWritesLargeNumbers) {
    EXPECT_EQ(to_hex(encode_status({0, {0, 200, 0xFFFFFFFF}, "", std::nullopt, std::nullopt})),
              "3013020100300E020100020200C8020500FFFFFFFF");
    EXPECT_EQ(to_hex(encode_status({2, {0}, "", 1049, std::nullopt})), "300C020102300302010002020419");
}

TEST(CmcCodec, ResponseHoldsOnlyWhatThereIs) {
    PkiResponse response;
    response.status = StatusInfo{0, {1}, "", std::nullopt, std::nullopt};
    response.transaction_id = {0x80};
    EXPECT_EQ(to_hex(encode_pki_response(response)),
              "3036"
              "3030"
              "301902010106082B06010505070719310A30080201003003020101"
              "301302010206082B06010505070705310402020080"
              "3000"
              "3000");
}

Bytes message(ByteView controls, ByteView requests = {}, ByteView cms = {}, ByteView others = {}) {
    return TlvWriter()
        .nest(0x30,
              [&](TlvWriter& data) { data.put(0x30, controls).put(0x30, requests).put(0x30, cms).put(0x30, others); })
        .bytes();
}

Bytes octets(const char* hex) { return *from_hex(hex); }

struct FlawRow {
    const char* what;
    Bytes der;
    ErrorCode code;
    const char* says;
};

void PrintTo(const FlawRow& row, std::ostream* out) { *out << row.what; }

class CmcFlaw : public testing::TestWithParam<FlawRow> {};

TEST_P(CmcFlaw, IsNamed) {
    const auto data = parse_pki_data(GetParam().der);
    ASSERT_TRUE(data.flaw);
    EXPECT_EQ(data.flaw->code, GetParam().code);
    EXPECT_NE(data.flaw->detail.find(GetParam().says), std::string::npos) << data.flaw->detail;
}

constexpr auto kMalformed = ErrorCode::request_malformed;

INSTANTIATE_TEST_SUITE_P(
    Rows, CmcFlaw,
    testing::Values(
        FlawRow{"empty", {}, kMalformed, "PKIData"}, FlawRow{"no sequence", octets("0500"), kMalformed, "PKIData"},
        FlawRow{"three parts", octets("3006300030003000"), kMalformed, "otherMsgSequence"},
        FlawRow{"octets behind", octets("3008300030003000300000"), kMalformed, "left over"},
        FlawRow{"five parts", octets("300A30003000300030003000"), kMalformed, "left over"},
        FlawRow{"length beyond the end", octets("3080"), kMalformed, "PKIData"},
        FlawRow{"body part 0", message(tagged_attribute(0, 6, octets("0401AA"))), kMalformed, "reserved"},
        FlawRow{"body part twice",
                message(concat({tagged_attribute(1, 6, octets("0401AA")), tagged_attribute(1, 7, octets("0401AA"))})),
                kMalformed, "not unique"},
        FlawRow{"body part of a request twice",
                message(tagged_attribute(1, 6, octets("0401AA")), octets("A0073002300002010130")), kMalformed,
                "bodyPartID"},
        FlawRow{"senderNonce twice",
                message(concat({tagged_attribute(1, 6, octets("0401AA")), tagged_attribute(2, 6, octets("0401AA"))})),
                kMalformed, "senderNonce stands twice"},
        FlawRow{"two values", message(tagged_attribute(1, 6, octets("0401AA0401BB"))), kMalformed, "left over"},
        FlawRow{"no value", message(tagged_attribute(1, 6, {})), kMalformed, "senderNonce"},
        FlawRow{"negative transaction", message(tagged_attribute(1, 5, octets("0201FF"))), kMalformed, "negative"},
        FlawRow{"padded transaction", message(tagged_attribute(1, 5, octets("02020001"))), kMalformed, "shortest"},
        FlawRow{"crm of something", message({}, octets("A103020101")), kMalformed, "certReq"},
        FlawRow{"orm", message({}, octets("A203020101")), kMalformed, "tcr"},
        FlawRow{"identification", message(tagged_attribute(1, 2, octets("0C0141"))), ErrorCode::control_unknown,
                "2B06010505070702"},
        FlawRow{"unknown before a reserved id",
                message(concat({tagged_attribute(1, 2, octets("0C0141")), tagged_attribute(0, 6, octets("0401AA"))})),
                kMalformed, "reserved"}));

TEST(CmcCodec, AnUnknownControlLeavesTheRestReadable) {
    const auto data = parse_pki_data(
        message(concat({tagged_attribute(1, 2, octets("0C0141")), tagged_attribute(2, 5, octets("020101")),
                        tagged_attribute(3, 6, octets("0401AA"))})));
    EXPECT_EQ(to_hex(data.transaction_id), "01");
    EXPECT_EQ(to_hex(data.sender_nonce), "AA");
}

TEST(CmcCodec, NestingIsNoTrap) {
    Bytes deep;
    for (int i = 0; i < 2000; ++i) deep = TlvWriter().put(0x30, deep).bytes();
    EXPECT_TRUE(parse_pki_data(message(tagged_attribute(1, 25, deep))).flaw);
    EXPECT_TRUE(parse_pki_data(deep).flaw);
}

TEST(CmcCodec, TheDigestIsOfTheContentsWithoutTheNonce) {
    const auto with = [](const char* nonce, const char* transaction) {
        return parse_pki_data(message(concat({tagged_attribute(1, 6, octets(nonce)),
                                              tagged_attribute(2, 5, octets(transaction))})))
            .contents_digest;
    };
    EXPECT_EQ(with("0401AA", "020101"), with("0401BB", "020101"));
    EXPECT_NE(with("0401AA", "020101"), with("0401AA", "020102"));
}

}  // namespace
}  // namespace rakit::cm::test
