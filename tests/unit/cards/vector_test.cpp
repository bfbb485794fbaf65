// Keys against vectors that nobody here made up: openssl's and NIST's.
#include <map>
#include <sstream>

#include "common/base/file.hpp"
#include "tests/unit/cards/cards.hpp"
#include "virtual_cards/os/key_object.hpp"

namespace rakit::cards::test {
namespace {

std::map<std::string, std::string> golden(const std::string& name) {
    const auto text = read_file("tests/golden/cards/" + name);
    EXPECT_TRUE(text) << name;
    std::istringstream lines{std::string(as_text(*text))};
    std::map<std::string, std::string> values;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && line[0] != '#') values[line.substr(0, line.find(' '))] = line.substr(line.find(' ') + 1);
    return values;
}

/// with_key puts a key over that of the card's first key file, 4B01.
std::unique_ptr<ImageCard> with_key(const std::string& pkcs8) {
    auto image = image_of("pkcs15-tc");
    for (auto& file : image.document["files"])
        if (file["path"] == "3F0050154B01") file["key"] = pkcs8;
    auto card = open_image(image);
    EXPECT_TRUE(card) << to_string(card.error());
    (void)send(**card, kSelectApplication);
    (void)send(**card, kVerifyPin1);
    return std::move(*card);
}

std::string short_command(const std::string& header, const std::string& data) {
    return header + to_hex(Bytes{static_cast<std::uint8_t>(data.size() / 2)}) + data + "00";
}

TEST(Vectors, RsaSignsAsOpenSsl) {
    const auto vector = golden("rsa-2048.txt");
    auto card = with_key(vector.at("key"));
    EXPECT_EQ(send(*card, "002241B60780010281024B01"), "9000");
    EXPECT_EQ(send(*card, short_command("002A9E9A", vector.at("digest_info"))), vector.at("signature") + "9000");
    // The same, padded by the host: EMSA-PKCS1-v1_5 in full.
    const auto info = vector.at("digest_info");
    const auto padded = "0001" + std::string(2 * (256 - 3 - info.size() / 2), 'F') + "00" + info;
    EXPECT_EQ(send(*card, "002241B60780010081024B01"), "9000");
    EXPECT_EQ(send(*card, "002A9E9A000100" + padded + "0000"), vector.at("signature") + "9000");
}

TEST(Vectors, RsaDeciphersWhatOpenSslEnciphered) {
    const auto vector = golden("rsa-2048.txt");
    auto card = with_key(vector.at("key"));
    EXPECT_EQ(send(*card, "002241B80780010281024B01"), "9000");
    EXPECT_EQ(send(*card, "002A808600010100" + vector.at("cryptogram") + "0000"), to_hex(as_bytes("abc")) + "9000");
}

// NIST CAVP, KAS ECC CDH Primitive, P-256, COUNT = 0.
TEST(Vectors, EcdhIsNists) {
    auto key = assemble_ec(256, *from_hex("7D7DC5F71EB29DDAF80D6214632EEAE03D9058AF1FB6D22ED80BADB62BC1A534"),
                           *from_hex("04EAD218590119E8876B29146FF89CA61770C4EDBBF97D38CE385ED281D8A6B230"
                                     "28AF61281FD35E2FA7002523ACC85A429CB06EE6648325389F59EDFCE1405141"));
    ASSERT_TRUE(key);
    const auto shared =
        key->derive(*from_hex("04700C48F77F56584C5CC632CA65640DB91B6BACCE3A4DF6B42CE7CC838833D287"
                              "DB71E509E3FD9B060DDB20BA5C51DCC5948D46FBF640DFE0441782CAB85FA4AC"));
    ASSERT_TRUE(shared);
    EXPECT_EQ(to_hex(*shared), "46FC62106420FF012E54A434FBDD2D25CCC5852060561E68040DD7778997BD7B");
}

TEST(Vectors, SizesBetweenTheUsualOnesWork) {
    for (const std::size_t bits : {1024, 1088, 1536}) {
        SeededRng stream(11, "size " + std::to_string(bits));
        auto key = generate_key_object(true, bits, stream);
        ASSERT_TRUE(key) << bits;
        EXPECT_EQ(key->public_value()->size(), bits / 8);
        const auto signature = key->sign(as_bytes("message"), RsaPadding::pkcs1);
        ASSERT_TRUE(signature) << bits;
        EXPECT_EQ(signature->size(), bits / 8);
    }
    EXPECT_TRUE(has_key_size(true, 4096, WeakRsa::no));
    EXPECT_TRUE(has_key_size(true, 512, WeakRsa::yes));
    EXPECT_FALSE(has_key_size(true, 512, WeakRsa::no));
    EXPECT_FALSE(has_key_size(true, 1025, WeakRsa::no));
    EXPECT_FALSE(has_key_size(true, 4160, WeakRsa::no));
    EXPECT_FALSE(has_key_size(false, 255, WeakRsa::no));
}

}  // namespace
}  // namespace rakit::cards::test
