#include "reference/card/profiles/pkcs15/objects.hpp"

#include <gtest/gtest.h>

#include "reference/card/profiles/pkcs15/layout.hpp"

// The octets are from a card that OpenSC 0.23's pkcs15-init personalised with its stock MyEID profile: two PINs and an
// SO PIN, an RSA key under PIN 1, a P-256 key under PIN 2, one certificate. Foreign data: nothing of ours has encoded
// it.
namespace rakit::reference::pkcs15 {
namespace {

const Bytes kDir = *from_hex(
    "611B4F0CA000000063504B43532D313550054D794549445104"
    "3F005015"
    "00000000");
const Bytes kOdf = *from_hex(
    "A00A300804063F0050154402A10A300804063F0050154404A30A300804063F0050154407A40A300804063F0050154403"
    "A50A300804063F0050154405A70A300804063F0050154406A80A300804063F0050154401000000");
const Bytes kPrKdf = *from_hex(
    "3048300E0C055443203435030206C0040101300E04014503020520030203B8020101A01430123010310E300C06035504030C05544320"
    "3435A110300E300804063F0050154B0102020800A03730120C095369676E6174757265030206C0040102300F0401460303063040030203"
    "B8020102A110300E300804063F0050154B02020201000000");
const Bytes kPuKdf = *from_hex(
    "303730140C0E41757468656E7469636174696F6E03020640300D04014503020102010100020100A110300E300804063F0050155501"
    "02020800A02F300F0C095369676E617475726503020640300E0401460303060340010100020100A10C300A300804063F0050155502");
const Bytes kCdf = *from_hex("3020300B0C055443203435030206403003040145A10C300A300804063F00501543010000");
const Bytes kAodf = *from_hex(
    "303B301A0C145365637572697479204F6666696365722050494E030206C030030401FFA11830160302000D0A010102010402010802010880"
    "01030401FF302C300B0C0550494E2031030206C03003040101A11830160302020C0A01010201040201080201088001010401FF302C300B0C"
    "0550494E2032030206C03003040102A11830160302020C0A01010201040201080201088001020401FF");
const Bytes kTokenInfo = *from_hex(
    "3081B1020100040A81A01D034FE30B861FEF0C0C4176656E747261204C74642E80054D7945494403020430A274301B0201010202"
    "108105000302020C0609608648016503040101020100301B0201020202108205000302020C060960864801650304010202010030"
    "1B0201030202108105000302020C0609608648016503040129020100301B0201040202108205000302020C060960864801650304"
    "012A020100A511180F32303236313132323137333634395A");

TEST(Pkcs15Objects, DirNamesTheApplication) {
    EXPECT_EQ(application_path(kDir), from_hex("3F005015"));
    EXPECT_EQ(application_path(Bytes(16, 0x00)), std::nullopt);
}

TEST(Pkcs15Objects, OdfNamesTheDirectoriesAndWhereTheirPathsLie) {
    const auto directories = parse_odf(kOdf);
    ASSERT_TRUE(directories) << to_string(directories.error());
    ASSERT_EQ(directories->size(), 7U);
    EXPECT_EQ((*directories)[3].kind, DirectoryKind::certificates);
    EXPECT_EQ(to_hex((*directories)[3].path.octets), "3F0050154403");
    EXPECT_EQ((*directories)[4].kind, DirectoryKind::trusted_certificates);
    EXPECT_EQ((*directories)[6].kind, DirectoryKind::authentication_objects);
    for (const auto& directory : *directories)
        EXPECT_EQ(to_hex(ByteView(kOdf).subspan(directory.octets_offset, 6)), to_hex(directory.path.octets));
}

TEST(Pkcs15Objects, PrivateKeysOfBothKinds) {
    const auto keys = parse_keys(kPrKdf);
    ASSERT_TRUE(keys) << to_string(keys.error());
    ASSERT_EQ(keys->size(), 2U);
    const auto& rsa = (*keys)[0];
    EXPECT_FALSE(rsa.elliptic);
    EXPECT_EQ(rsa.common.label, "TC 45");
    EXPECT_EQ(to_hex(rsa.common.auth_id), "01");
    EXPECT_EQ(to_hex(rsa.id), "45");
    EXPECT_TRUE(rsa.has_usage(KeyUsage::sign));
    EXPECT_FALSE(rsa.has_usage(KeyUsage::non_repudiation));
    EXPECT_EQ(to_hex(rsa.path->octets), "3F0050154B01");
    const auto& ec = (*keys)[1];
    EXPECT_TRUE(ec.elliptic);
    EXPECT_EQ(to_hex(ec.common.auth_id), "02");
    EXPECT_TRUE(ec.has_usage(KeyUsage::non_repudiation));
    EXPECT_EQ(ec.reference, 2);
    EXPECT_EQ(to_hex(ec.path->octets), "3F0050154B02");
}

TEST(Pkcs15Objects, PublicKeysAndCertificates) {
    const auto keys = parse_keys(kPuKdf);
    ASSERT_TRUE(keys) << to_string(keys.error());
    ASSERT_EQ(keys->size(), 2U);
    EXPECT_EQ(to_hex((*keys)[1].path->octets), "3F0050155502");
    const auto certificates = parse_certificates(kCdf);
    ASSERT_TRUE(certificates) << to_string(certificates.error());
    ASSERT_EQ(certificates->size(), 1U);
    EXPECT_EQ((*certificates)[0].common.label, "TC 45");
    EXPECT_EQ(to_hex((*certificates)[0].id), "45");
    EXPECT_FALSE((*certificates)[0].authority);
    EXPECT_EQ(to_hex((*certificates)[0].path->octets), "3F0050154301");
    EXPECT_EQ(split_entries(kCdf)->end, kCdf.size() - 2);
}

TEST(Pkcs15Objects, Pins) {
    const auto pins = parse_pins(kAodf);
    ASSERT_TRUE(pins) << to_string(pins.error());
    ASSERT_EQ(pins->size(), 3U);
    EXPECT_TRUE((*pins)[0].so_pin());
    EXPECT_EQ((*pins)[0].reference, 3);
    EXPECT_EQ((*pins)[2].common.label, "PIN 2");
    EXPECT_EQ(to_hex((*pins)[2].auth_id), "02");
    EXPECT_FALSE((*pins)[2].so_pin());
    EXPECT_FALSE((*pins)[2].unblocking());
    EXPECT_EQ((*pins)[2].min_length, 4U);
    EXPECT_EQ((*pins)[2].max_length, 8U);
    EXPECT_EQ((*pins)[2].stored_length, 8U);
    EXPECT_EQ((*pins)[2].pad, 0xFF);
}

TEST(Pkcs15Objects, TokenInfo) {
    const auto token = parse_token_info(kTokenInfo);
    ASSERT_TRUE(token) << to_string(token.error());
    EXPECT_EQ(to_hex(token->serial), "81A01D034FE30B861FEF");
    EXPECT_EQ(token->label, "MyEID");
    EXPECT_EQ(token->last_update, "20261122173649Z");
    EXPECT_EQ(as_text(ByteView(kTokenInfo).subspan(token->last_update_offset, 15)), token->last_update);
}

struct PaddingRow {
    const char* name;
    std::string before, between, after;
    std::size_t objects;
};

TEST(Pkcs15Objects, PaddingAndRemovedEntriesArePassedOver) {
    const std::string entry = to_hex(ByteView(kCdf).first(kCdf.size() - 2));
    const std::vector<PaddingRow> rows{
        {"none", "", "", "", 2},
        {"behind", "", "", "0000000000", 2},
        {"one octet behind", "", "", "00", 2},
        {"erased memory behind", "", "", "FFFFFF", 2},
        {"between", "", "0000", "", 2},
        {"removed first", "0003AABBCC", "", "", 2},
        {"not yet real", "", "", "00" + entry.substr(2), 2},
        {"not yet real and torn", "", "", "00203000", 2},
    };
    for (const auto& row : rows) {
        const auto file = *from_hex(row.before + entry + row.between + entry + row.after);
        const auto certificates = parse_certificates(file);
        ASSERT_TRUE(certificates) << row.name << ": " << to_string(certificates.error());
        EXPECT_EQ(certificates->size(), row.objects) << row.name;
    }
}

struct BadRow {
    const char* name;
    std::string file;
    const char* where;
};

TEST(Pkcs15Objects, BadEntriesAreSaidWithTheirOffset) {
    const std::string entry = to_hex(ByteView(kCdf).first(kCdf.size() - 2));
    const std::vector<BadRow> rows{
        {"cut off", entry + "3020300B0C05", "offset 34"},
        {"no iD", entry + "301D300B0C055443203435030206403000A10C300A300804063F0050154301", "entry at offset 34"},
        {"an index without a length", entry + "301830003003040145A10F300D300B04063F0050154301020100",
         "entry at offset 34"},
    };
    for (const auto& row : rows) {
        const auto certificates = parse_certificates(*from_hex(row.file));
        ASSERT_FALSE(certificates) << row.name;
        EXPECT_EQ(certificates.error().code, ErrorCode::card_content_invalid) << row.name;
        EXPECT_EQ(certificates.error().where.rfind(row.where, 0), 0U) << row.name << ": " << certificates.error().where;
    }
}

struct PathRow {
    const char* name;
    std::string path;
    std::string absolute;
};

TEST(Pkcs15Layout, PathsAreMadeAbsolute) {
    Layout layout;
    layout.application = *from_hex("3F005015");
    const std::vector<PathRow> rows{
        {"absolute", "3F0050154403", "3F0050154403"},
        {"from the application on", "50154403", "3F0050154403"},
        {"within it", "4403", "3F0050154403"},
    };
    for (const auto& row : rows) EXPECT_EQ(to_hex(layout.absolute(*from_hex(row.path))), row.absolute) << row.name;
}

}  // namespace
}  // namespace rakit::reference::pkcs15
