#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <nlohmann/json.hpp>

#include "common/iso7816/tlv.hpp"
#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

// File 4B01 is RSA-2048 under PIN 1, 4B02 is P-256 under PIN 2 with userConsent.
const std::string kSignWithRsa =
    "002241B60A8001028102"
    "4B01"
    "840100";
const std::string kSignWithEc =
    "002241B60A8001048102"
    "4B02"
    "840100";
const std::string kDecipherRaw =
    "002241B80A8001008102"
    "4B01"
    "840100";
const std::string kDecipherPkcs1 =
    "002241B80A8001028102"
    "4B01"
    "840100";
const std::string kAgree =
    "002241A40A8001048102"
    "4B02"
    "840100";
const std::string kHash32(64, 'A');
const std::string kCreateSecret =
    "00E0000019"
    "621780020080820141"
    "83024D01860311"
    "11FF850200098A0100";
const std::string kCreateRsa512 =
    "00E0000019"
    "621780020200820111"
    "83024B09860311"
    "11FF850200008A0100";
const std::string kStoreSecret = "00DA01A010" + std::string(32, 'A');
const std::string kPso = "002A9E9A20" + kHash32 + "00";

const std::vector<Row> kRows{
    {"MSE", {kSelectApplication}, kSignWithRsa, "9000"},
    {"create a secret key", {kVerifyPin1, kSelectApplication}, kCreateSecret, "9000"},
    {"store a secret key", {kVerifyPin1, kSelectApplication, kCreateSecret}, kStoreSecret, "9000"},
    {"store a secret key without the PIN",
     {kVerifyPin1, kSelectApplication, kCreateSecret, "002E0000"},
     kStoreSecret,
     "6982"},
    {"store a secret key of another size", {kVerifyPin1, kSelectApplication, kCreateSecret}, "00DA01A002AABB", "6700"},
    {"store a secret key elsewhere", {kVerifyPin1, "00A4080C0450154B01"}, kStoreSecret, "6981"},
    {"store a secret key nowhere", {kVerifyPin1}, kStoreSecret, "6986"},
    {"a secret key is not read", {kVerifyPin1, kSelectApplication, kCreateSecret, kStoreSecret}, "00B0000010", "6981"},
    {"generate a secret key", {kVerifyPin1, kSelectApplication, kCreateSecret}, "00460000", "6981"},
    {"generate RSA, 512 bits", {kVerifyPin1, kSelectApplication, kCreateRsa512}, "00460000", "6A81"},
    {"MSE, restore", {kSelectApplication}, "0022F3B603810100", "6A86"},
    {"MSE, P2", {kSelectApplication}, "002241AA04810200FF", "6A86"},
    {"MSE, no such file", {kSelectApplication}, "002241B60481024BFF", "6A88"},
    {"MSE, not a key",
     {kSelectApplication},
     "002241B604810244"
     "03",
     "6981"},
    {"MSE, malformed", {kSelectApplication}, "002241B6028109", "6A80"},
    {"MSE, unknown tag", {kSelectApplication}, "002241B603990100", "6A80"},
    {"sign without the PIN", {kSelectApplication, kSignWithRsa}, kPso, "6982"},
    {"sign with another PIN", {kVerifyPin2, kSelectApplication, kSignWithRsa}, kPso, "6982"},
    {"sign", {kVerifyPin1, kSelectApplication, kSignWithRsa}, kPso, "9000"},
    {"sign, the selected key", {kVerifyPin1, "00A4080C0450154B01", "002241B603800102"}, kPso, "9000"},
    {"sign without an environment", {kVerifyPin1, kSelectApplication}, kPso, "6985"},
    {"sign in a decipher environment", {kVerifyPin1, kSelectApplication, kDecipherRaw}, kPso, "6985"},
    {"sign without a key", {kVerifyPin1, kSelectApplication, "002241B603800102"}, kPso, "6A88"},
    {"sign, no data", {kVerifyPin1, kSelectApplication, kSignWithRsa}, "002A9E9A00", "6700"},
    {"sign, too long",
     {kVerifyPin1, kSelectApplication, kSignWithRsa},
     "002A9E9AFF" + std::string(510, 'A') + "00",
     "6700"},
    {"sign, P1 P2", {kVerifyPin1, kSelectApplication, kSignWithRsa}, "002A9E9B20" + kHash32 + "00", "6A86"},
    {"SHA-1 by the card",
     {kVerifyPin1, kSelectApplication,
      "002241B60A8001128102"
      "4B01"
      "840100"},
     "002A9E9A14" + std::string(40, 'B') + "00",
     "9000"},
    {"SHA-1 by the card, other length",
     {kVerifyPin1, kSelectApplication,
      "002241B60A8001128102"
      "4B01"
      "840100"},
     kPso,
     "6700"},
    {"EC", {kVerifyPin2, kSelectApplication, kSignWithEc}, kPso, "9000"},
    {"EC, hash too long", {kVerifyPin2, kSelectApplication, kSignWithEc}, "002A9E9A21" + kHash32 + "AA00", "6700"},
    {"userConsent: once", {kVerifyPin2, kSelectApplication, kSignWithEc, kPso}, kPso, "6982"},
    {"userConsent: again after VERIFY",
     {kVerifyPin2, kSelectApplication, kSignWithEc, kPso, kVerifyPin2},
     kPso,
     "9000"},
    {"userConsent is not lost by other commands",
     {kVerifyPin2, kSelectApplication, "00CA01A014", kSignWithEc},
     kPso,
     "9000"},
    {"no userConsent: twice", {kVerifyPin1, kSelectApplication, kSignWithRsa, kPso}, kPso, "9000"},
    {"decipher without the PIN",
     {kSelectApplication, kDecipherRaw},
     "002A80868100" + std::string(256, '0') + "00",
     "6982"},
    {"decipher, second half first",
     {kVerifyPin1, kSelectApplication, kDecipherRaw},
     "002A80868182" + std::string(256, '0') + "00",
     "6985"},
    {"decipher, unknown indicator", {kVerifyPin1, kSelectApplication, kDecipherRaw}, "002A80860207AA00", "6A80"},
    {"decipher, wrong length", {kVerifyPin1, kSelectApplication, kDecipherRaw}, "002A80860200AA00", "6A80"},
    {"decipher, no data", {kVerifyPin1, kSelectApplication, kDecipherRaw}, "002A808600", "6700"},
    {"agree without the PIN", {kSelectApplication, kAgree}, "00860000047C02850000", "6982"},
    {"agree, malformed", {kVerifyPin2, kSelectApplication, kAgree}, "00860000027C0000", "6A80"},
    {"agree, not a point", {kVerifyPin2, kSelectApplication, kAgree}, "00860000067C048502040000", "6A80"},
    {"agree, P1", {}, "00860100", "6A86"},
    {"modulus", {"00A4080C0450154B01"}, "00CA010100", "9000"},
    {"exponent", {"00A4080C0450154B01"}, "00CA010200", "0100019000"},
    {"point", {"00A4080C0450154B02"}, "00CA018600", "9000"},
    {"modulus of an EC key", {"00A4080C0450154B02"}, "00CA010100", "6981"},
    {"modulus without a file", {}, "00CA010100", "6986"},
    {"card information", {}, "00CA01A014", "00009000"},
    {"capabilities",
     {},
     "00CA01AA0B",
     "010009100000000000"
     "02099000"},
    {"other data", {}, "00CA017700", "6A88"},
    {"other data, P1", {}, "00CA027700", "6A88"},
    {"get data with data", {}, "00CA01A001AA00", "6700"},
    {"put other data", {}, "00DA017701AA", "6A88"},
    {"put data, P1", {}, "00DA027701AA", "6A86"},
    {"challenge", {}, "0084000008", "9000"},
    {"challenge without Le", {}, "00840000", "6700"},
    {"challenge, P1", {}, "0084010008", "6A86"},
    {"generate without the PIN", {"00A4080C0450154B02"}, "00460000", "6982"},
    {"generate", {kVerifyPin2, "00A4080C0450154B02"}, "00460000", "9000"},
    {"generate, other exponent", {kVerifyPin1, "00A4080C0450154B01"}, "004600000730058103010003", "6A80"},
    {"generate without a file", {kVerifyPin1}, "00460000", "6986"},
    {"generate in an EF", {kVerifyPin1, "00A4080C0450154403"}, "00460000", "6981"},
    {"generate, P1", {}, "00460100", "6A86"},
    {"import without the PIN", {"00A4080C0450154B01"}, "00DA018001AA", "6982"},
    {"import without a file", {kVerifyPin1}, "00DA018001AA", "6986"},
    {"import into an EF", {kVerifyPin1, "00A4080C0450154403"}, "00DA018001AA", "6981"},
    {"import an RSA part into an EC key", {kVerifyPin2, "00A4080C0450154B02"}, "00DA018001AA", "6A86"},
    {"import nothing", {kVerifyPin1, "00A4080C0450154B01"}, "00DA0180", "6700"},
};

TEST(Keys, EveryStatusWord) { check("pkcs15-tc", kRows); }

Bytes data_of(const std::string& answer) {
    auto bytes = *from_hex(answer);
    bytes.resize(bytes.size() - 2);
    return bytes;
}

std::string command(const std::string& header, ByteView data, const std::string& le) {
    return header + to_hex(Bytes{static_cast<std::uint8_t>(data.size())}) + to_hex(data) + le;
}

ossl::PKey public_key_file(ImageCard& card, const std::string& file) {
    (void)send(card, "00A4080C045015" + file);
    const auto content = data_of(send(card, "00B00000000800"));
    const auto* octets = content.data();
    if (file == "5502") return *ossl::parse_spki(content);
    return ossl::PKey(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &octets, static_cast<long>(content.size())));
}

bool verifies(EVP_PKEY* key, ByteView hash, ByteView signature) {
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    EVP_PKEY_verify_init(context.get());
    if (EVP_PKEY_is_a(key, "RSA")) EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), hash.data(), hash.size()) == 1;
}

TEST(Keys, SignaturesVerifyUnderThePublicKeyFiles) {
    auto card = card_of("pkcs15-tc");
    const auto rsa = public_key_file(*card, "5501");
    const auto ec = public_key_file(*card, "5502");
    (void)send(*card, kSelectApplication);
    (void)send(*card, kVerifyPin1);
    (void)send(*card, kVerifyPin2);
    const auto hash = *from_hex(kHash32);
    (void)send(*card, kSignWithRsa);
    EXPECT_TRUE(verifies(rsa.get(), hash, data_of(send(*card, kPso))));
    (void)send(*card, kSignWithEc);
    EXPECT_TRUE(verifies(ec.get(), hash, data_of(send(*card, kPso))));
}

TEST(Keys, DecipherInOnePieceByChainAndInHalves) {
    auto card = card_of("pkcs15-tc");
    const auto key = public_key_file(*card, "5501");
    const auto message = to_bytes("a message");
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
    EVP_PKEY_encrypt_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    Bytes cryptogram(256);
    std::size_t size = cryptogram.size();
    ASSERT_EQ(EVP_PKEY_encrypt(context.get(), cryptogram.data(), &size, message.data(), message.size()), 1);
    (void)send(*card, kSelectApplication);
    (void)send(*card, kVerifyPin1);
    (void)send(*card, kDecipherPkcs1);
    const auto whole = concat({Bytes{0x00}, cryptogram});
    EXPECT_EQ(data_of(send(*card, "002A8086000101" + to_hex(whole) + "0000")), message);
    EXPECT_EQ(send(*card, command("102A8086", ByteView(whole).first(200), "")), "9000");
    EXPECT_EQ(data_of(send(*card, command("002A8086", ByteView(whole).subspan(200), "00"))), message);
    const auto half = [&](std::uint8_t indicator, std::size_t at) {
        return concat({Bytes{indicator}, ByteView(cryptogram).subspan(at, 128)});
    };
    EXPECT_EQ(send(*card, command("002A8086", half(0x81, 0), "")), "9000");
    EXPECT_EQ(data_of(send(*card, command("002A8086", half(0x82, 128), "00"))), message);
    cryptogram[7] ^= 1;
    const auto raw = send(*card, kDecipherRaw);
    EXPECT_EQ(raw, "9000");
    EXPECT_EQ(data_of(send(*card, "002A8086000101" + to_hex(concat({Bytes{0x00}, cryptogram})) + "0000")).size(), 256U);
}

TEST(Keys, ThePointIsADataObject) {
    auto card = card_of("pkcs15-tc");
    (void)send(*card, "00A4080C0450154B02");
    const auto object = data_of(send(*card, "00CA018600"));
    const auto point = iso7816::find_tlv(object, 0x86);
    ASSERT_TRUE(point);
    const auto key = public_key_file(*card, "5502");
    EXPECT_EQ(to_hex(ossl::spki(key.get())).substr(52), to_hex(point->value));
}

TEST(Keys, AgreeAsOpenSslDoes) {
    auto card = card_of("pkcs15-tc");
    const auto own = public_key_file(*card, "5502");
    SeededRng stream(3, "other side");
    const auto other = *ossl::generate_key(ossl::KeyType::ec_p256, stream);
    Bytes point(65);
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(other.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size);
    ASSERT_EQ(size, point.size());
    (void)send(*card, kSelectApplication);
    (void)send(*card, kVerifyPin2);
    (void)send(*card, kAgree);
    const auto shared = data_of(send(*card,
                                     "0086000045"
                                     "7C43"
                                     "8541" +
                                         to_hex(point) + "00"));
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(other.get(), nullptr));
    Bytes expected(32);
    size = expected.size();
    EVP_PKEY_derive_init(context.get());
    EVP_PKEY_derive_set_peer(context.get(), own.get());
    ASSERT_EQ(EVP_PKEY_derive(context.get(), expected.data(), &size), 1);
    EXPECT_EQ(shared, expected);
}

TEST(Keys, AGeneratedKeyRepeatsWithTheImageAndDiffersTheNextTime) {
    const auto generate = [](ImageCard& card) {
        (void)send(card, kVerifyPin2);
        (void)send(card, "00A4080C0450154B02");
        EXPECT_EQ(send(card, "00460000"), "9000");
        return send(card, "00CA018600");
    };
    auto one = card_of("pkcs15-tc");
    auto two = card_of("pkcs15-tc");
    const auto first = generate(*one);
    EXPECT_EQ(generate(*two), first);
    auto later = *open_image(one->snapshot());
    EXPECT_NE(generate(*later), first);
}

Bytes parameter(EVP_PKEY* key, const char* name) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    const ossl::BigNumber owned(value);
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, octets.data());
    return octets;
}

TEST(Keys, AnImportedRsaKeyIsThereWithItsLastPart) {
    auto card = card_of("pkcs15-tc");
    SeededRng stream(5, "import");
    const auto key = *ossl::generate_key(ossl::KeyType::rsa2048, stream);
    const auto n = parameter(key.get(), OSSL_PKEY_PARAM_RSA_N);
    (void)send(*card, kVerifyPin1);
    (void)send(*card, "00A4080C0450154B01");
    const auto before = send(*card, "00CA010100");
    const std::pair<const char*, const char*> parts[] = {{"00DA0183", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                         {"00DA0184", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                         {"00DA0185", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                         {"00DA0186", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                         {"00DA0187", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}};
    for (const auto& [header, name] : parts)
        EXPECT_EQ(send(*card, command(header, concat({Bytes{0}, parameter(key.get(), name)}), "")), "9000");
    EXPECT_EQ(send(*card, command("00DA0188", ByteView(n).first(128), "")), "9000");
    EXPECT_EQ(send(*card, command("00DA0189", ByteView(n).subspan(128), "")), "9000");
    EXPECT_EQ(send(*card, "00CA010100"), before);
    EXPECT_EQ(send(*card, "00DA018103010003"), "6A80");
    EXPECT_EQ(send(*card, "00CA010100"), before);
    for (const auto& [header, name] : parts)
        EXPECT_EQ(send(*card, command(header, parameter(key.get(), name), "")), "9000");
    (void)send(*card, command("00DA0188", ByteView(n).first(128), ""));
    (void)send(*card, command("00DA0189", ByteView(n).subspan(128), ""));
    EXPECT_EQ(send(*card, "00DA018103010001"), "9000");
    EXPECT_EQ(send(*card, "00CA010100"), to_hex(n) + "9000");
}

TEST(Keys, AnImportedEcKeySigns) {
    auto card = card_of("pkcs15-tc");
    SeededRng stream(6, "import");
    const auto key = *ossl::generate_key(ossl::KeyType::ec_p256, stream);
    Bytes point(65);
    std::size_t size = 0;
    EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size);
    (void)send(*card, kVerifyPin2);
    (void)send(*card, "00A4080C0450154B02");
    EXPECT_EQ(send(*card, command("00DA0187", parameter(key.get(), OSSL_PKEY_PARAM_PRIV_KEY), "")), "9000");
    EXPECT_EQ(send(*card, command("00DA0186", point, "")), "9000");
    (void)send(*card, kSignWithEc);
    EXPECT_TRUE(verifies(key.get(), *from_hex(kHash32), data_of(send(*card, kPso))));
}

TEST(Keys, WeakRsaIsATestMode) {
    auto image = image_of("pkcs15-tc");
    image.document["weak_rsa"] = true;
    auto card = *open_image(image);
    (void)send(*card, kSelectApplication);
    (void)send(*card, kVerifyPin1);
    EXPECT_EQ(send(*card, kCreateRsa512), "9000");
    EXPECT_EQ(send(*card, "00460000"), "9000");
    EXPECT_EQ(send(*card, "00CA010100").size(), 2U * 64 + 4);
}

// As OpenSC sends it: a 32 octet hash in the 66 octets of the field.
TEST(Keys, P521TakesAHashThatIsFilledUpOnTheLeft) {
    auto card = card_of("pkcs15-tc");
    (void)send(*card, kSelectApplication);
    (void)send(*card, kVerifyPin1);
    EXPECT_EQ(send(*card,
                   "00E0000019"
                   "621780020209820122"
                   "83024B09860311"
                   "11FF850200008A0100"),
              "9000");
    EXPECT_EQ(send(*card, "00460000"), "9000");
    EXPECT_EQ(send(*card, "002241B603800104"), "9000");
    const auto signature = data_of(send(*card, "002A9E9A42" + std::string(68, '0') + kHash32 + "00"));
    const auto image = card->snapshot();
    const auto& file = image.document.at("files").back();
    ASSERT_EQ(file.at("path"), "3F0050154B09");
    const auto key = *ossl::parse_private_key(*from_hex(file.at("key").get<std::string>()));
    EXPECT_TRUE(verifies(key.get(), *from_hex(kHash32), signature));
}

TEST(Keys, ASecretKeyTravelsWithTheImage) {
    auto card = card_of("pkcs15-tc");
    (void)send(*card, kSelectApplication);
    (void)send(*card, kVerifyPin1);
    (void)send(*card, kCreateSecret);
    EXPECT_EQ(send(*card, kStoreSecret), "9000");
    const auto image = card->snapshot();
    EXPECT_EQ((*open_image(image))->snapshot(), image);
    EXPECT_EQ(image.document.at("files").back().at("key"), std::string(32, 'A'));
}

TEST(Keys, ChallengesRepeatWithTheImage) {
    auto one = card_of("pkcs15-tc");
    auto two = card_of("pkcs15-tc");
    const auto first = send(*one, "0084000010");
    EXPECT_EQ(send(*two, "0084000010"), first);
    EXPECT_NE(send(*one, "0084000010"), first);
}

}  // namespace
}  // namespace rakit::cards::test
