// The vendor commands that libykpiv sends; status words are those of SP 800-73-4 where it has them.
#include <openssl/core_names.h>

#include <nlohmann/json.hpp>

#include "common/ossl/keys.hpp"
#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

const std::string kBlock = "@times 3 " + kWrongPin, kBlockPuk = "@times 3 " + kWrongPuk;
const std::string kAes = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
const std::string kGenerate9A = command("0047009A", "AC03800111");

std::string set_key(const std::string& algorithm, const std::string& key, const std::string& p2 = "FF") {
    return command("00FFFF" + p2, algorithm + "9B" + to_hex(Bytes{static_cast<std::uint8_t>(key.size() / 2)}) + key, 0);
}

const std::vector<Row> kRows{
    {"version", {}, "00FD000000", "0504039000"},
    {"version, no Le", {}, "00FD0000", "0504039000"},
    {"version, P1", {}, "00FD010000", "6A86"},
    {"serial", {}, "00F8000000", "9000"},
    {"serial, P2", {}, "00F8000100", "6A86"},
    {"metadata of the PIN",
     {},
     "00F7008000",
     "0101FF"
     "050101"
     "06020303"
     "9000"},
    {"metadata of a PIN with a try gone",
     {"@times 1 " + kWrongPin},
     "00F7008000",
     "06020302"
     "9000"},
    {"metadata of the PUK",
     {},
     "00F7008100",
     "0101FF"
     "050101"
     "06020303"
     "9000"},
    {"metadata of the management key",
     {},
     "00F7009B00",
     "010103"
     "02020001"
     "050101"
     "9000"},
    {"metadata of an own management key",
     {"@manage", set_key("0C", kAes, "FE")},
     "00F7009B00",
     "01010C"
     "02020002"
     "050100"
     "9000"},
    {"metadata of an empty slot", {}, "00F7009A00", "6A88"},
    {"metadata of no slot", {}, "00F7007700", "6A86"},
    {"metadata, P1", {}, "00F7018000", "6A86"},
    {"metadata of a key", {"@manage", kGenerate9A}, "00F7009A00", "9000"},
    {"management key", {"@manage"}, set_key("03", kFactoryKey), "9000"},
    {"management key AES-128", {"@manage"}, set_key("08", kAes.substr(0, 32)), "9000"},
    {"management key AES-192", {"@manage"}, set_key("0A", kAes.substr(0, 48)), "9000"},
    {"management key AES-256", {"@manage"}, set_key("0C", kAes), "9000"},
    {"management key without the old one", {}, set_key("03", kFactoryKey), "6982"},
    {"management key, P1", {"@manage"}, "00FF00FF1B039B18" + kFactoryKey, "6A86"},
    {"management key, P2", {"@manage"}, "00FFFF001B039B18" + kFactoryKey, "6A86"},
    {"management key of another length", {"@manage"}, set_key("0C", kFactoryKey), "6A80"},
    {"management key, RSA", {"@manage"}, set_key("07", kFactoryKey), "6A80"},
    {"management key, nothing", {"@manage"}, "00FFFFFF", "6A80"},
    {"management key for another slot", {"@manage"}, "00FFFFFF1B039A18" + kFactoryKey, "6A80"},
    {"retries", {"@manage", kVerify}, "00FA0508", "9000"},
    {"retries, then the PIN isn't verified", {"@manage", kVerify, "00FA0508"}, "00200080", "63C5"},
    {"retries without PIN", {"@manage"}, "00FA0508", "6982"},
    {"retries without the management key", {kVerify}, "00FA0508", "6982"},
    {"retries, none", {"@manage", kVerify}, "00FA0008", "6A86"},
    {"retries, more than can be told", {"@manage", kVerify}, "00FA1008", "6A86"},
    {"reset of a usable card", {}, "00FB0000", "6985"},
    {"reset with the PUK usable", {kBlock}, "00FB0000", "6985"},
    {"reset with the PIN usable", {kBlockPuk}, "00FB0000", "6985"},
    {"reset", {kBlock, kBlockPuk}, "00FB0000", "9000"},
    {"reset, P1", {kBlock, kBlockPuk}, "00FB0100", "6A86"},
    {"reset, then the PIN is the factory's", {kBlock, kBlockPuk, "00FB0000"}, kVerify, "9000"},
    {"reset, then no CHUID", {kBlock, kBlockPuk, "00FB0000"}, "00CB3FFF055C035FC10200", "6A82"},
    {"reset, then nothing is managed", {"@manage", kBlock, kBlockPuk, "00FB0000"}, kGenerate9A, "6982"},
    {"reset keeps the attestation key",
     {kBlock, kBlockPuk, "00FB0000", "@manage", kGenerate9A},
     "00F99A00000000",
     "9000"},
    {"attest", {"@manage", kGenerate9A}, "00F99A00000000", "9000"},
    {"attest an empty slot", {}, "00F99C0000", "6A88"},
    {"attest no slot", {}, "00F97700", "6A86"},
    {"attest, P2", {"@manage", kGenerate9A}, "00F99A01", "6A86"},
    {"attest an imported key",
     {"@manage", command("00FE119A", "0620" + std::string(64, '1'), 0)},
     "00F99A0000",
     "6A80"},
    {"attest with a certificate that is none",
     {"@manage", kGenerate9A, command("00DB3FFF", "5C035FFF015302AABB", 0)},
     "00F99A0000",
     "6985"},
    {"import P-256", {"@manage"}, command("00FE119A", "0620" + std::string(64, '1'), 0), "9000"},
    {"import P-384 with policies",
     {"@manage"},
     command("00FE1482", "0630" + std::string(96, '1') + "AA0101AB0101", 0),
     "9000"},
    {"import without the management key", {}, command("00FE119A", "0620" + std::string(64, '1'), 0), "6982"},
    {"import of zero", {"@manage"}, command("00FE119A", "0620" + std::string(64, '0'), 0), "6A80"},
    {"import above the order", {"@manage"}, command("00FE119A", "0620" + std::string(64, 'F'), 0), "6A80"},
    {"import of too much", {"@manage"}, command("00FE119A", "0621" + std::string(66, '1'), 0), "6A80"},
    {"import of nothing", {"@manage"}, "00FE119A", "6A80"},
    {"import of RSA without all parts",
     {"@manage"},
     command("00FE079A",
             "010103"
             "020105",
             0),
     "6A80"},
    {"import, no such slot", {"@manage"}, command("00FE119B", "0620" + std::string(64, '1'), 0), "6A86"},
    {"import, no such algorithm", {"@manage"}, command("00FE089A", "0620" + std::string(64, '1'), 0), "6A86"},
    {"import, policy that is none",
     {"@manage"},
     command("00FE119A", "0620" + std::string(64, '1') + "AA0109", 0),
     "6A80"},
};

TEST(PivVendor, EveryStatusWord) { check_piv("piv-blank", kRows); }

TEST(PivVendor, OlderFirmwareHasFewerCommands) {
    struct {
        const char* firmware;
        std::string version, serial, metadata, attest, aes;
    } rows[] = {{"4.2.6", "0402069000", "6D00", "6D00", "6D00", "6A80"},
                {"4.5.5", "0405059000", "6D00", "6D00", "6A88", "6A80"},
                {"5.2.7", "0502079000", "9000", "6D00", "6A88", "6A80"},
                {"5.3.0", "0503009000", "9000", "9000", "6A88", "6A80"},
                {"5.4.3", "0504039000", "9000", "9000", "6A88", "9000"}};
    for (const auto& row : rows) {
        auto image = image_of("piv-blank");
        image.document["firmware"] = row.firmware;
        auto card = *open_image(image);
        (void)send(*card, kSelect);
        const auto status = [&](const std::string& hex) {
            const auto answer = send(*card, hex);
            return answer.substr(answer.size() - 4);
        };
        EXPECT_EQ(send(*card, "00FD000000"), row.version);
        EXPECT_EQ(status("00F8000000"), row.serial) << row.firmware;
        EXPECT_EQ(status("00F7008000"), row.metadata) << row.firmware;
        EXPECT_EQ(status("00F99A0000"), row.attest) << row.firmware;
        (void)manage(*card);
        EXPECT_EQ(status(set_key("0C", kAes)), row.aes) << row.firmware;
    }
}

TEST(PivVendor, ManagementKeysOfEachKindAuthenticate) {
    const HostKey keys[] = {{"08", "aes-128-ecb", kAes.substr(0, 32)},
                            {"0A", "aes-192-ecb", kAes.substr(0, 48)},
                            {"0C", "aes-256-ecb", kAes},
                            {"03", "des-ede3", kAes.substr(0, 48)}};
    for (const auto& key : keys) {
        auto card = card_of("piv-blank");
        (void)send(*card, kSelect);
        (void)manage(*card);
        EXPECT_EQ(send(*card, set_key(key.algorithm, key.value)), "9000");
        auto again = *open_image(card->snapshot());
        EXPECT_EQ(again->snapshot(), card->snapshot());
        (void)send(*again, kSelect);
        EXPECT_EQ(manage(*again, key), "9000") << key.cipher;
        EXPECT_NE(manage(*again), "9000") << key.cipher;
    }
}

TEST(PivVendor, RetriesAreSetAndSurvive) {
    auto card = card_of("piv-blank");
    (void)send(*card, kSelect);
    (void)manage(*card);
    (void)send(*card, kVerify);
    EXPECT_EQ(send(*card, "00FA0508"), "9000");
    auto again = *open_image(card->snapshot());
    EXPECT_EQ(again->pin_tries(0x80), 5);
    EXPECT_EQ(again->pin_tries(0x81), 8);
    (void)send(*again, kSelect);
    EXPECT_EQ(send(*again, kWrongPin), "63C4");
    EXPECT_EQ((*open_image(again->snapshot()))->pin_tries(0x80), 4);
    EXPECT_EQ(send(*again, kVerify), "9000");
    EXPECT_EQ(again->pin_tries(0x80), 5);
}

std::string part_of(EVP_PKEY* key, const char* name, std::uint32_t tag) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key, name, &number);
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, octets.data());
    BN_clear_free(number);
    return tlv(tag, to_hex(octets));
}

TEST(PivVendor, AnImportedRsaKeyIsTheOneThatWasSent) {
    SeededRng stream(9, "import");
    const auto key = *ossl::generate_key(ossl::KeyType::rsa1024, stream);
    std::string data;
    std::uint32_t tag = 0;
    for (const auto* name : {OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
                             OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1})
        data += part_of(key.get(), name, ++tag);
    auto card = card_of("piv-blank");
    (void)send(*card, kSelect);
    (void)manage(*card);
    EXPECT_EQ(send(*card, command("00FE069E", data)), "9000");
    const auto modulus = part_of(key.get(), OSSL_PKEY_PARAM_RSA_N, 0x81);
    EXPECT_EQ(send(*card, "00F7009E00"),
              "010106"
              "02020101"
              "030102" +
                  tlv(0x04, modulus + "8203010001") + "9000");
}

// Slot, policies, firmware and serial number stand in the certificate; F9's key signed it (Yubico's arc 41482.3).
TEST(PivVendor, AnAttestationSaysWhatIsTrue) {
    auto image = image_of("piv-blank");
    image.document["device_serial"] = 0x01020384;
    auto card = *open_image(image);
    (void)send(*card, kSelect);
    (void)manage(*card);
    const auto read = [&](const std::string& hex) {
        auto octets = *from_hex(send(*card, hex));
        octets.resize(octets.size() - 2);
        return octets;
    };
    const auto answer = read(command("0047009C", "AC03800111"));
    const auto outer = iso7816::find_tlv(answer, 0x7F49);
    const auto point = iso7816::find_tlv(outer->value, 0x86);
    const auto certificate =
        x509::Certificate::parse(read("00F99C000000"
                                      "00"));
    ASSERT_TRUE(certificate);
    EXPECT_TRUE(equal_bytes(ByteView(certificate->spki()).last(65), point->value));
    const auto object = read(command("00CB3FFF", "5C035FFF01", 65536));
    const auto der = iso7816::find_tlv(iso7816::find_tlv(object, 0x53)->value, 0x70);
    const auto own = *x509::Certificate::parse(der->value);
    EXPECT_TRUE(certificate->signed_by(own));
    EXPECT_TRUE(own.is_ca());
    EXPECT_EQ(x509::to_string(certificate->subject()), "CN=PIV Attestation 9C");
    const auto all = to_hex(certificate->der());
    for (const std::string extension : {"060A2B0601040182C40A0303"
                                        "0403"
                                        "050403",
                                        "060A2B0601040182C40A0307"
                                        "0406"
                                        "020401020384",
                                        "060A2B0601040182C40A0308"
                                        "0402"
                                        "0301"})
        EXPECT_NE(all.find(extension), std::string::npos) << extension;
}

}  // namespace
}  // namespace rakit::cards::test
