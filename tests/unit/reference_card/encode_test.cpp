#include "reference/card/profiles/pkcs15/encode.hpp"

#include <gtest/gtest.h>

#include "common/ossl/digest.hpp"
#include "common/x509/builder.hpp"

namespace rakit::reference::pkcs15 {
namespace {

x509::Certificate certificate() {
    SeededRng rng(1, "encode");
    const auto key = ossl::generate_key(ossl::KeyType::ec_p256, rng);
    x509::CertificateTemplate wanted;
    wanted.serial = {0x12, 0x34};
    wanted.subject = {{"CN", "Anna Ek"}};
    wanted.spki = ossl::spki(key->get());
    wanted.not_before = *from_iso8601("2026-01-01T00:00:00Z");
    wanted.not_after = *from_iso8601("2027-01-01T00:00:00Z");
    return *x509::issue(wanted, std::nullopt, key->get());
}

CertificateObject parsed(ByteView entry) {
    const auto all = parse_certificates(entry);
    EXPECT_TRUE(all) << to_string(all.error());
    return all->front();
}

TEST(Pkcs15Encode, APlainEntryIsAsOpenScWritesIt) {
    const auto entry = encode_certificate(std::nullopt, Bytes{0x45}, "TC 45", *from_hex("3F0050154301"), certificate());
    EXPECT_EQ(to_hex(entry), "3020300B0C055443203435030206403003040145A10C300A300804063F0050154301");
}

TEST(Pkcs15Encode, TheModelsOwnAttributesStayAndCopiedOnesAreRenewed) {
    // An entry with everything: authId, authority FALSE, an identifier, a SHA-1 CertHash, trustedUsage, subject,
    // issuer, serial.
    iso7816::TlvWriter writer;
    writer.nest(0x30, [](auto& object) {
        object.nest(0x30, [](auto& common) {
            common.put(0x0C, as_bytes("old")).put(0x03, Bytes{0x06, 0xC0}).put(0x04, Bytes{0x01});
        });
        object.nest(0x30, [](auto& attributes) {
            attributes.put(0x04, Bytes{0x45}).put(0x01, Bytes{0x00}).put(0x30, *from_hex("0201040400112233"));
            attributes.nest(0xA0, [](auto& hash) { hash.put(0x03, Bytes(21, 0x00)); });
            attributes.put(0xA1, *from_hex("03020780"));
        });
        object.nest(0xA1, [](auto& type) {
            type.nest(0x30, [](auto& sequence) {
                sequence.raw(*from_hex("300804063F0050154301")).raw(*from_hex("3000")).raw(*from_hex("A0023000"));
                sequence.put(0x02, Bytes{0x07});
            });
        });
    });
    const auto fresh = certificate();
    const auto entry = encode_certificate(parsed(writer.bytes()), Bytes{0x45}, "new", *from_hex("3F0050154302"), fresh);
    const auto object = parsed(entry);
    EXPECT_EQ(object.common.label, "new");
    EXPECT_EQ(to_hex(object.common.auth_id), "01");
    EXPECT_EQ(to_hex(object.id), "45");
    EXPECT_EQ(to_hex(object.path->octets), "3F0050154302");
    const auto text = to_hex(entry);
    EXPECT_NE(text.find(to_hex(fresh.subject_der())), std::string::npos);
    EXPECT_NE(text.find(to_hex(fresh.serial_der())), std::string::npos);
    EXPECT_NE(text.find("031500" + to_hex(ossl::sha1(fresh.der()))), std::string::npos);
    EXPECT_NE(text.find("A10403020780"), std::string::npos) << "trustedUsage";
    EXPECT_EQ(text.find("00112233"), std::string::npos) << "an identifier that can't be renewed";
    const auto same_label =
        encode_certificate(parsed(writer.bytes()), Bytes{0x45}, "", *from_hex("3F0050154302"), fresh);
    EXPECT_EQ(parsed(same_label).common.label, "old");
}

}  // namespace
}  // namespace rakit::reference::pkcs15
