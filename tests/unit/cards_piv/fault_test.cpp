// What a fault or a slow chip is on a PIV card (docs/formats/card.md, faults and latency).
#include <nlohmann/json.hpp>

#include "tests/unit/cards_piv/piv_cards.hpp"
#include "virtual_cards/os/latency.hpp"

namespace rakit::cards::test {
namespace {

const std::string kGetChuid = "00CB3FFF055C035FC10200";
const std::string kGetSerial = "00F8000000";
const std::string kGenerate9E = command("0047009E", "AC03800111");

std::unique_ptr<ImageCard> ready(const std::string& image) {
    auto card = card_of(image);
    (void)send(*card, kSelect);
    (void)send(*card, kVerify);
    return card;
}

std::string guid_of(const std::string& answer) {
    const auto octets = *from_hex(answer);
    const auto chuid = iso7816::find_tlv(octets, 0x53);
    const auto guid = chuid ? iso7816::find_tlv(chuid->value, 0x34) : std::nullopt;
    return guid ? to_hex(guid->value) : "";
}

/// inverted gives hex with its last octet inverted.
std::string inverted(const std::string& hex) {
    auto octets = *from_hex(hex);
    octets.back() ^= 0xFF;
    return to_hex(octets);
}

TEST(PivFaults, SerialChangedIsAnotherGuidAndAnotherSerialNumber) {
    auto card = ready("piv-tc");
    const auto guid = guid_of(send(*card, kGetChuid));
    const auto serial = send(*card, kGetSerial).substr(0, 8);
    ASSERT_EQ(guid.size(), 32U);
    ASSERT_TRUE(card->arm({{"kind", "serial-changed"}, {"times", 2}}));
    EXPECT_EQ(guid_of(send(*card, kGetChuid)), inverted(guid));
    EXPECT_EQ(send(*card, kGetSerial), inverted(serial) + "9000");
    EXPECT_EQ(guid_of(send(*card, kGetChuid)), guid);
    EXPECT_EQ(send(*card, kGetSerial), serial + "9000");
}

TEST(PivFaults, SerialChangedLeavesAChuidWithoutGuidAsItIs) {
    auto card = ready("piv-blank");
    ASSERT_EQ(manage(*card), "9000");
    ASSERT_EQ(send(*card, command("00DB3FFF", "5C035FC1025302AABB", 0)), "9000");
    ASSERT_TRUE(card->arm({{"kind", "serial-changed"}}));
    EXPECT_EQ(send(*card, kGetChuid), "5302AABB9000");
}

// The bare RSA operation always gives the same octets, so the flipped bit shows.
TEST(PivFaults, WrongSignatureFlipsItsLastBit) {
    auto card = ready("piv-tc");
    const auto block = tlv(0x7C, "8200" + tlv(0x81, "0001" + std::string(2 * 254, 'A')));
    const auto sign = [&] { return field(send(*card, command("0087079A", block, 65536)), 0x82); };
    auto octets = *from_hex(sign());
    ASSERT_EQ(octets.size(), 256U);
    ASSERT_TRUE(card->arm({{"kind", "wrong-signature"}, {"ins", "87"}}));
    octets.back() ^= 0x01;
    EXPECT_EQ(sign(), to_hex(octets));
    octets.back() ^= 0x01;
    EXPECT_EQ(sign(), to_hex(octets));
}

TEST(PivFaults, CounterStuckDoesNothingWhereNothingCounts) {
    auto card = ready("piv-blank");
    ASSERT_EQ(manage(*card), "9000");
    ASSERT_TRUE(card->arm({{"kind", "counter-stuck"}, {"times", 0}}));
    const auto first = send(*card, kGenerate9E);
    const auto second = send(*card, kGenerate9E);
    EXPECT_EQ(first.substr(first.size() - 4), "9000");
    EXPECT_NE(first, second);  // what keeps generated keys apart isn't the change counter
}

TEST(PivLatency, IsThatOfKeyOperationsOnly) {
    auto image = image_of("piv-tc");
    image.document["latency"] = "typical";
    auto card = *open_image(image);
    const auto delay = [&](const std::string& apdu) { return card->handle(*from_hex(apdu)).delay; };
    const auto sign = command("0087119C", "7C2482008120" + std::string(64, 'A'));
    const KeyOperation use{KeyOperation::Kind::use, false, 256}, generate{KeyOperation::Kind::generate, false, 256};
    EXPECT_EQ(delay(kSelect).count(), 0);
    EXPECT_EQ(delay(kVerify).count(), 0);
    EXPECT_EQ(delay(kGetChuid).count(), 0);
    EXPECT_EQ(delay(sign), time_of(Latency::typical, use));
    EXPECT_EQ(manage(*card), "9000");
    EXPECT_EQ(delay(kGenerate9E), time_of(Latency::typical, generate));
    card->set_latency(Latency::slow);
    EXPECT_EQ(send(*card, kVerify), "9000");
    EXPECT_EQ(delay(sign), time_of(Latency::slow, use));
    EXPECT_EQ(delay(sign).count(), 0);  // 6982: the PIN is asked before every use, no key worked
}

}  // namespace
}  // namespace rakit::cards::test
