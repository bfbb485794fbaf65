#include <nlohmann/json.hpp>

#include "common/ossl/digest.hpp"
#include "common/ossl/keys.hpp"
#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kHash = "7C2482008120" + std::string(64, 'A');
const std::string kSign9C = command("0087119C", kHash);
const std::string kGenerateP256 = "AC03800111";
const std::string kRaw = tlv(0x7C, "8200" + tlv(0x81, "00" + std::string(2 * 255, '1')));

std::string generate(const std::string& slot, const std::string& control) { return command("004700" + slot, control); }

// SP 800-73-4 part 2 section 3.2.4 (GENERAL AUTHENTICATE); which key wants the PIN when: part 1 table 4.
const std::vector<Row> kUse{
    {"3.2.4 9A without PIN", {}, command("0087079A", kRaw), "6982"},
    {"3.2.4 9C without PIN", {}, kSign9C, "6982"},
    {"3.2.4 9C", {kVerify}, kSign9C, "9000"},
    {"3.2.4 9C again", {kVerify, kSign9C}, kSign9C, "6982"},
    {"3.2.4 9C again after VERIFY", {kVerify, kSign9C, kVerify}, kSign9C, "9000"},
    {"3.2.4 9C after another key's use", {kVerify, command("0087079A", kRaw)}, kSign9C, "6982"},
    {"3.2.4 9C, asking for the tries between does no harm", {kVerify, "00200080"}, kSign9C, "9000"},
    {"3.2.4 9A twice", {kVerify, command("0087079A", kRaw)}, command("0087079A", kRaw), "9000"},
    {"3.2.4 9A after a wrong PIN", {kVerify, "@times 1 " + kWrongPin}, command("0087079A", kRaw), "6982"},
    {"3.2.4 algorithm of another key", {kVerify}, command("0087119A", kHash), "6A86"},
    {"3.2.4 unknown algorithm", {kVerify}, command("0087FF9A", kHash), "6A86"},
    {"3.2.4 no key there", {kVerify}, command("0087119E", kHash), "6A86"},
    {"3.2.4 no such slot", {kVerify}, command("00871199", kHash), "6A86"},
    {"3.2.4 the attestation key signs nothing else", {kVerify}, command("008707F9", kRaw), "6A86"},
    {"3.2.4 no template", {kVerify}, command("0087119C", "8101AA"), "6A80"},
    {"3.2.4 nothing", {kVerify}, "0087119C", "6A80"},
    {"3.2.4 no response asked for", {kVerify}, command("0087119C", tlv(0x7C, "8101AA")), "6A80"},
    {"3.2.4 challenge twice",
     {kVerify},
     command("0087119C", tlv(0x7C,
                             "8200"
                             "8101AA"
                             "8101BB")),
     "6A80"},
    {"3.2.4 unknown field",
     {kVerify},
     command("0087119C", tlv(0x7C,
                             "8200"
                             "8401AA")),
     "6A80"},
    {"3.2.4 hash too long",
     {kVerify},
     command("0087119C", tlv(0x7C, "8200" + tlv(0x81, std::string(66, 'A')))),
     "6A80"},
    {"3.2.4 RSA input too short", {kVerify}, command("0087079A", kHash), "6A80"},
    {"3.2.4 RSA input above the modulus",
     {kVerify},
     command("0087079A", tlv(0x7C, "8200" + tlv(0x81, std::string(512, 'F')))),
     "6A80"},
    {"3.2.4 ECDH with RSA",
     {kVerify},
     command("0087079A", tlv(0x7C,
                             "8200"
                             "850104")),
     "6A80"},
    {"3.2.4 ECDH, no point",
     {kVerify},
     command("0087119C", tlv(0x7C,
                             "8200"
                             "850104")),
     "6A80"},
};

// Section 3.2.4 with the card management key: appendix A.1.
const std::vector<Row> kManagement{
    {"A.1 witness", {}, command("0087039B", "7C028000"), "9000"},
    {"A.1 challenge", {}, command("0087039B", "7C028100"), "9000"},
    {"A.1 algorithm 00 is 3DES", {}, command("0087009B", "7C028000"), "9000"},
    {"A.1 another algorithm", {}, command("0087089B", "7C028000"), "6A86"},
    {"A.1 wrong witness",
     {command("0087039B", "7C028000")},
     command("0087039B", tlv(0x7C,
                             "8008"
                             "0000000000000000"
                             "8108"
                             "0000000000000000")),
     "6982"},
    {"A.1 wrong response",
     {command("0087039B", "7C028100")},
     command("0087039B", tlv(0x7C,
                             "8208"
                             "0000000000000000")),
     "6982"},
    {"A.1 response to nothing",
     {},
     command("0087039B", tlv(0x7C,
                             "8208"
                             "0000000000000000")),
     "6982"},
    {"A.1 response to a witness",
     {command("0087039B", "7C028000")},
     command("0087039B", tlv(0x7C,
                             "8208"
                             "0000000000000000")),
     "6982"},
    {"A.1 a wrong one takes the right away",
     {"@manage", "@times 1 " + command("0087039B", tlv(0x7C,
                                                       "8208"
                                                       "0000000000000000"))},
     generate("9A", kGenerateP256),
     "6982"},
    {"A.1 the card enciphers nothing for strangers",
     {},
     command("0087039B", tlv(0x7C,
                             "8108"
                             "0000000000000000"
                             "8200")),
     "6A80"},
    {"A.1 a point", {}, command("0087039B", tlv(0x7C, "8200850104")), "6A80"},
    {"A.1 challenge of another size",
     {command("0087039B", "7C028000")},
     command("0087039B", tlv(0x7C,
                             "8008"
                             "0000000000000000"
                             "8104"
                             "00000000")),
     "6A80"},
};

// Section 3.3.2 (GENERATE ASYMMETRIC KEY PAIR).
const std::vector<Row> kGenerate{
    {"3.3.2 P-256", {"@manage"}, generate("9A", kGenerateP256), "9000"},
    {"3.3.2 P-384", {"@manage"}, generate("9E", "AC03800114"), "9000"},
    {"3.3.2 RSA-1024", {"@manage"}, generate("82", "AC03800106"), "9000"},
    {"3.3.2 with policies", {"@manage"}, generate("95", "AC09800111AA0103AB0102"), "9000"},
    {"3.3.2 attestation key", {"@manage"}, generate("F9", kGenerateP256), "9000"},
    {"3.3.2 without the management key", {}, generate("9A", kGenerateP256), "6982"},
    {"3.3.2 the PIN doesn't do", {kVerify}, generate("9A", kGenerateP256), "6982"},
    {"3.3.2 P1", {"@manage"}, command("0047019A", kGenerateP256), "6A86"},
    {"3.3.2 no such slot", {"@manage"}, generate("9B", kGenerateP256), "6A86"},
    {"3.3.2 no template", {"@manage"}, generate("9A", "800111"), "6A80"},
    {"3.3.2 no mechanism", {"@manage"}, generate("9A", "AC03AA0101"), "6A80"},
    {"3.3.2 unknown mechanism", {"@manage"}, generate("9A", "AC03800112"), "6A80"},
    {"3.3.2 a symmetric mechanism", {"@manage"}, generate("9A", "AC03800108"), "6A80"},
    {"3.3.2 no such policy", {"@manage"}, generate("9A", "AC06800111AA0104"), "6A80"},
    {"3.3.2 key then wants the PIN", {"@manage", generate("9A", kGenerateP256)}, command("0087119A", kHash), "6982"},
    {"3.3.2 PIN policy never", {"@manage", generate("9A", "AC06800111AA0101")}, command("0087119A", kHash), "9000"},
    {"3.3.2 PIN policy always",
     {"@manage", generate("9A", "AC06800111AA0103"), kVerify, command("0087119A", kHash)},
     command("0087119A", kHash),
     "6982"},
    {"3.3.2 9E wants none", {"@manage", generate("9E", kGenerateP256)}, command("0087119E", kHash), "9000"},
};

TEST(PivKeys, EveryStatusWordOfUse) { check_piv("piv-tc", kUse); }
TEST(PivKeys, EveryStatusWordOfTheManagementKey) { check_piv("piv-tc", kManagement); }
TEST(PivKeys, EveryStatusWordOfGenerate) { check_piv("piv-blank", kGenerate); }

std::unique_ptr<ImageCard> managed(const std::string& image) {
    auto card = card_of(image);
    (void)send(*card, kSelect);
    EXPECT_EQ(manage(*card), "9000");
    return card;
}

/// public_key makes an OpenSSL key of GENERATE's answer, by itself.
ossl::PKey public_key(const std::string& answer, const std::string& spki_prefix) {
    const auto octets = *from_hex(answer);
    const auto outer = iso7816::find_tlv(octets, 0x7F49);
    const auto point = iso7816::find_tlv(outer->value, 0x86);
    return *ossl::parse_spki(concat({*from_hex(spki_prefix), point->value}));
}

const std::string kP256 = "3059301306072A8648CE3D020106082A8648CE3D030107034200";
const std::string kP384 = "3076301006072A8648CE3D020106052B81040022036200";

TEST(PivKeys, AGeneratedKeySignsWhatItsPublicKeyVerifies) {
    for (const auto& [algorithm, prefix, octets] :
         {std::tuple{"11", kP256, std::size_t{32}}, std::tuple{"14", kP384, std::size_t{48}}}) {
        auto card = managed("piv-blank");
        const auto key = public_key(send(*card, generate("9E", std::string("AC038001") + algorithm)), prefix);
        const auto hash = SeededRng(3, "hash").bytes(octets);
        const auto signature = *from_hex(field(
            send(*card, command(std::string("0087") + algorithm + "9E", tlv(0x7C, "8200" + tlv(0x81, to_hex(hash))))),
            0x82));
        const ossl::PKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
        EVP_PKEY_verify_init(context.get());
        EXPECT_EQ(EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(), hash.size()), 1);
    }
}

// Appendix A.5: both sides come to the same secret.
TEST(PivKeys, EcdhAgreesWithTheOtherSide) {
    auto card = managed("piv-blank");
    const auto ours = public_key(send(*card, generate("9D", kGenerateP256)), kP256);
    EXPECT_EQ(send(*card, kVerify), "9000");
    SeededRng stream(4, "other side");
    const auto theirs = *ossl::generate_key(ossl::KeyType::ec_p256, stream);
    const auto spki = ossl::spki(theirs.get());
    const auto point = to_hex(ByteView(spki).last(65));
    const auto shared = field(send(*card, command("0087119D", tlv(0x7C, "8200" + tlv(0x85, point)))), 0x82);
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(theirs.get(), nullptr));
    Bytes expected(32);
    std::size_t size = expected.size();
    EVP_PKEY_derive_init(context.get());
    EVP_PKEY_derive_set_peer(context.get(), ours.get());
    ASSERT_EQ(EVP_PKEY_derive(context.get(), expected.data(), &size), 1);
    EXPECT_EQ(shared, to_hex(expected));
}

// RSA is the bare operation: the public key undoes it. The command comes in a chain, as short readers send it.
TEST(PivKeys, RsaInAChainIsTheBareOperation) {
    auto card = card_of("piv-tc");
    (void)send(*card, kSelect);
    (void)send(*card, kVerify);
    EXPECT_EQ(send(*card, command("1087079A", kRaw.substr(0, 2 * 255), 0)), "9000");
    auto answer = send(*card, command("0087079A", kRaw.substr(2 * 255)));
    ASSERT_EQ(answer.substr(answer.size() - 4), "6108");
    const auto rest = send(*card, "00C0000008");
    answer = answer.substr(0, answer.size() - 4) + rest;
    const auto signature = *from_hex(field(answer, 0x82));
    ASSERT_EQ(signature.size(), 256U);
    const auto certificate = *from_hex(send(*card, command("00CB3FFF", "5C035FC105", 65536)));
    const auto object = iso7816::find_tlv(certificate, 0x53);
    const auto der = iso7816::find_tlv(object->value, 0x70);
    const auto key = *x509::Certificate::parse(der->value)->public_key();
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    EVP_PKEY_encrypt_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING);
    Bytes back(256);
    std::size_t size = back.size();
    ASSERT_EQ(EVP_PKEY_encrypt(context.get(), back.data(), &size, signature.data(), signature.size()), 1);
    EXPECT_EQ(to_hex(back), "00" + std::string(2 * 255, '1'));
}

// Appendix A.1.2: the host proves itself alone.
TEST(PivKeys, TheHostAloneMayProveTheManagementKey) {
    auto card = card_of("piv-blank");
    (void)send(*card, kSelect);
    const auto challenge = field(send(*card, command("0087039B", "7C028100")), 0x81);
    const auto response = to_hex(cipher("des-ede3", kFactoryKey, *from_hex(challenge), true));
    EXPECT_EQ(send(*card, command("0087039B", tlv(0x7C, tlv(0x82, response)))), "9000");
    EXPECT_NE(send(*card, generate("9A", kGenerateP256)), "6982");
}

TEST(PivKeys, AChallengeIsAnsweredOnceAndAtOnce) {
    auto card = card_of("piv-blank");
    (void)send(*card, kSelect);
    auto challenge = field(send(*card, command("0087039B", "7C028100")), 0x81);
    auto respond = [&] {
        return send(*card,
                    command("0087039B",
                            tlv(0x7C, tlv(0x82, to_hex(cipher("des-ede3", kFactoryKey, *from_hex(challenge), true))))));
    };
    (void)send(*card, "00200080");
    EXPECT_EQ(respond(), "6982");
    challenge = field(send(*card, command("0087039B", "7C028100")), 0x81);
    EXPECT_EQ(respond(), "9000");
    EXPECT_EQ(respond(), "6982");
}

TEST(PivKeys, TwoGeneratedKeysDiffer) {
    auto card = managed("piv-blank");
    const auto first = send(*card, generate("9A", kGenerateP256));
    EXPECT_NE(send(*card, generate("9A", kGenerateP256)), first);
    auto again = *open_image(card->snapshot());
    (void)send(*again, kSelect);
    (void)manage(*again);
    EXPECT_NE(send(*again, generate("9A", kGenerateP256)), first);
}

}  // namespace
}  // namespace rakit::cards::test
