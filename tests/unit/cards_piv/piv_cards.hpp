#pragma once

#include <openssl/evp.h>

#include "common/iso7816/tlv.hpp"
#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {

inline const std::string kSelect = "00A4040009A00000030800001000";
inline const std::string kVerify = "0020008008313233343536FFFF";
inline const std::string kWrongPin = "0020008008393939393939FFFF";
inline const std::string kWrongPuk = "002C0080103939393939393939313131313131FFFF";
inline const std::string kUnblock = "002C0080103132333435363738313131313131FFFF";
inline const std::string kFactoryKey = "010203040506070801020304050607080102030405060708";

/// cipher enciphers or deciphers one block, as a host does it: with OpenSSL, not with the card's code.
inline Bytes cipher(const char* name, const std::string& key, ByteView block, bool encipher) {
    const auto octets = *from_hex(key);
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    Bytes out(64);
    int size = 0;
    EXPECT_EQ(
        EVP_CipherInit_ex2(context, EVP_get_cipherbyname(name), octets.data(), nullptr, encipher ? 1 : 0, nullptr), 1);
    EVP_CIPHER_CTX_set_padding(context, 0);
    EXPECT_EQ(EVP_CipherUpdate(context, out.data(), &size, block.data(), static_cast<int>(block.size())), 1);
    EVP_CIPHER_CTX_free(context);
    out.resize(static_cast<std::size_t>(size));
    return out;
}

struct HostKey {
    std::string algorithm = "03";
    const char* cipher = "des-ede3";
    std::string value = kFactoryKey;
};

inline std::string field(const std::string& hex, std::uint32_t tag) {
    const auto octets = *from_hex(hex);
    const auto whole = iso7816::find_tlv(octets, 0x7C);
    const auto inner = whole ? iso7816::find_tlv(whole->value, tag) : std::nullopt;
    return inner ? to_hex(inner->value) : "";
}

inline std::string tlv(std::uint32_t tag, const std::string& hex) {
    return to_hex(iso7816::TlvWriter().put(tag, *from_hex(hex)).bytes());
}

/// command puts Lc before the data; extended beyond 255 octets.
inline std::string command(const std::string& header, const std::string& data, std::size_t ne = 256) {
    iso7816::CommandApdu apdu;
    const auto octets = *from_hex(header);
    apdu.cla = octets[0];
    apdu.ins = octets[1];
    apdu.p1 = octets[2];
    apdu.p2 = octets[3];
    apdu.data = *from_hex(data);
    apdu.ne = apdu.data.size() > 255 ? 65536 : ne;
    return to_hex(iso7816::encode(apdu));
}

/// manage authenticates the host with the management key (SP 800-73-4 part 2 appendix A.1.1, mutual).
inline std::string manage(ImageCard& card, const HostKey& key = {}) {
    const auto header = "0087" + key.algorithm + "9B";
    const auto witness = field(send(card, command(header, "7C028000")), 0x80);
    if (witness.empty()) return "no witness";
    const auto plain = cipher(key.cipher, key.value, *from_hex(witness), false);
    const Bytes challenge(plain.size(), 0x5A);
    const auto answer = send(card, command(header, tlv(0x7C, tlv(0x80, to_hex(plain)) + tlv(0x81, to_hex(challenge)))));
    if (field(answer, 0x82) != "") {
        EXPECT_EQ(field(answer, 0x82), to_hex(cipher(key.cipher, key.value, challenge, true)));
    }
    return answer.substr(answer.size() - 4);
}

/// prepare does what a prelude says: "@manage", "@times n command", or a command that must answer 9000 or 61xx.
inline void prepare(ImageCard& card, const std::string& step, const char* name) {
    if (step == "@manage") {
        EXPECT_EQ(manage(card), "9000") << name;
    } else if (step.rfind("@times ", 0) == 0) {
        const auto space = step.find(' ', 7);
        for (int i = 0; i < std::stoi(step.substr(7)); ++i) (void)send(card, step.substr(space + 1));
    } else {
        const auto answer = send(card, step);
        EXPECT_TRUE(answer.substr(answer.size() - 4) == "9000" || answer.substr(answer.size() - 4, 2) == "61")
            << name << ": " << step << " -> " << answer;
    }
}

/// check_piv is check() for PIV cards: each row begins on a fresh card with the application selected.
inline void check_piv(const std::string& image, const std::vector<Row>& rows) {
    for (const auto& row : rows) {
        auto card = card_of(image);
        prepare(*card, kSelect, row.name);
        for (const auto& step : row.prelude) prepare(*card, step, row.name);
        const auto answer = send(*card, row.command);
        ASSERT_GE(answer.size(), row.expected.size()) << row.name << ": " << answer;
        EXPECT_EQ(answer.substr(answer.size() - row.expected.size()), row.expected) << row.name;
    }
}

}  // namespace rakit::cards::test
