// RSA's published PKCS #1 v1.5 signatures by GENERAL AUTHENTICATE (SP 800-73-4 part 2 section 3.2.4 and appendix A.4):
// the host pads, the card does the bare operation with the imported key.
#include "common/ossl/digest.hpp"
#include "tests/support/rsa_vectors.hpp"
#include "tests/unit/cards_piv/piv_cards.hpp"

namespace rakit::cards::test {
namespace {

/// algorithm_of names PIV's algorithm of a key (SP 800-78-4 table 6-2), "" for lengths that PIV hasn't.
std::string algorithm_of(const rakit::test::RsaExample& example) {
    return example.octets() == 128 ? "06" : example.octets() == 256 ? "07" : "";
}

void import(ImageCard& card, const std::string& algorithm, const rakit::test::RsaExample& example) {
    std::string parts;
    std::uint32_t tag = 0;
    for (const auto* name : {"Prime 1", "Prime 2", "Prime exponent 1", "Prime exponent 2", "Coefficient"})
        parts += tlv(++tag, example.key.at(name));
    (void)send(card, kSelect);
    EXPECT_EQ(manage(card), "9000");
    EXPECT_EQ(send(card, command("00FE" + algorithm + "9A", parts)), "9000");
    EXPECT_EQ(send(card, kVerify), "9000");
}

TEST(PivRsaVectors, TheCardSignsAsPublished) {
    const auto examples = rakit::test::rsa_examples();
    ASSERT_TRUE(examples) << rakit::test::kRsaVectors << " is missing: install python3-cryptography-vectors";
    std::size_t compared = 0;
    for (const auto& example : *examples) {
        const auto algorithm = algorithm_of(example);
        if (algorithm.empty()) continue;
        auto card = card_of("piv-blank");
        import(*card, algorithm, example);
        for (const auto& [message, signature] : example.signatures) {
            const auto info = rakit::test::sha1_digest_info(to_hex(ossl::sha1(*from_hex(message))));
            const auto block = rakit::test::rsa_block(info, example.octets());
            const auto answer =
                send(*card, command("0087" + algorithm + "9A", tlv(0x7C, "8200" + tlv(0x81, block)), 65536));
            EXPECT_EQ(field(answer, 0x82), signature) << message;
            ++compared;
        }
    }
    EXPECT_EQ(compared, 140U);  // six keys of 1024 bits, one of 2048; 20 messages each
}

}  // namespace
}  // namespace rakit::cards::test
