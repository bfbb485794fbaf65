#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "common/iso7816/tlv.hpp"
#include "tests/unit/cards/cards.hpp"

namespace rakit::cards::test {
namespace {

using nlohmann::json;

Bytes read_file_of(ImageCard& card, const std::string& path) {
    const auto fcp =
        *from_hex(send(card, "00A40800" + to_hex(Bytes{static_cast<std::uint8_t>(path.size() / 2)}) + path + "00"));
    const auto outer = iso7816::find_tlv(fcp, 0x6F);
    const auto size = iso7816::find_tlv(outer->value, 0x80);
    auto content = *from_hex(send(card, "00B00000000000"));
    EXPECT_EQ(content.size() - 2, static_cast<std::size_t>(size->value[0] << 8 | size->value[1]));
    content.resize(content.size() - 2);
    return content;
}

TEST(BuiltIns, AreMadeOpenedAndWrittenBackUnchanged) {
    EXPECT_EQ(built_in_images(), (std::vector<std::string>{"pkcs15-blank", "pkcs15-tc", "pkcs15-id", "piv-blank",
                                                           "piv-tc", "officer", "tester"}));
    for (const auto& name : built_in_images()) {
        const auto& image = image_of(name);
        auto card = open_image(image);
        ASSERT_TRUE(card) << name << ": " << to_string(card.error());
        EXPECT_EQ((*card)->snapshot(), image) << name;
        const auto again = document::read_document("again", to_yaml(image));
        ASSERT_TRUE(again.findings.empty()) << to_string(again.findings[0]);
        EXPECT_EQ(again.value, image.document) << name;
    }
}

TEST(BuiltIns, RepeatByRecipeSerialAndSeed) {
    rakit::test::TestIssuer one, two, three;
    const ImageWish wish{std::string("0A"), 5};
    const auto first = make_image("pkcs15-tc", wish, one);
    EXPECT_EQ(*make_image("pkcs15-tc", wish, two), *first);
    EXPECT_NE(*make_image("pkcs15-tc", {std::string("0A"), 6}, three), *first);
    EXPECT_EQ((*open_image(*first))->serial(), "0000000000000000000A");
}

TEST(BuiltIns, ACopyHasAnotherSerialNumber) {
    rakit::test::TestIssuer issuer;
    ImageWish first, second;
    second.copy = 1;
    for (const auto* name : {"pkcs15-blank", "tester"}) {
        const auto one = *make_image(name, first, issuer), two = *make_image(name, second, issuer);
        EXPECT_NE(one.document.at("serial"), two.document.at("serial")) << name;
        EXPECT_EQ(*make_image(name, second, issuer), two) << name;
    }
}

TEST(BuiltIns, PinsAreWhatIsWritten) {
    struct PinRow {
        const char* image;
        const char* reference;
        const char* value;
    };
    for (const auto& row : {PinRow{"pkcs15-tc", "01", "111111"},
                            {"pkcs15-tc", "02", "222222"},
                            {"pkcs15-tc", "03", "87654321"},
                            {"pkcs15-id", "01", "111111"},
                            {"pkcs15-id", "02", "222222"},
                            {"pkcs15-id", "03", "87654321"},
                            {"officer", "01", "333333"},
                            {"tester", "01", "1234"}}) {
        auto card = card_of(row.image);
        auto value = to_bytes(row.value);
        value.resize(8, 0xFF);
        if (row.image == std::string("tester")) (void)send(*card, "00A4040007F052414B495401");
        EXPECT_EQ(send(*card, std::string("002000") + row.reference + "08" + to_hex(value)), "9000")
            << row.image << row.reference;
    }
}

TEST(BuiltIns, TheTransportCardHoldsATransportCertificateOnEachKey) {
    auto card = card_of("pkcs15-tc");
    for (const auto* path : {"50154301", "50154302"}) {
        const auto certificate = x509::Certificate::parse(read_file_of(*card, path));
        ASSERT_TRUE(certificate) << path;
        EXPECT_EQ(x509::attribute(certificate->subject(), "serialNumber"), card->serial());
        EXPECT_EQ(certificate->policies(), std::vector<std::string>{"2.25.259992147378155069564548854890386613715"});
    }
    const auto key = x509::Certificate::parse(read_file_of(*card, "50154301"))->public_key();
    EXPECT_EQ(ossl::to_der(key->get(), i2d_PublicKey), read_file_of(*card, "50155501"));
    EXPECT_EQ(x509::Certificate::parse(read_file_of(*card, "50154302"))->spki(), read_file_of(*card, "50155502"));
}

TEST(BuiltIns, TheBlankOneIsInCreationState) {
    auto card = card_of("pkcs15-blank");
    const auto answer = send(*card, "00A4000000023F0000");
    EXPECT_EQ(send(*card, "00A40000023F0000").substr(0, 4), "6F17");
    EXPECT_NE(send(*card, "00A40000023F0000").find("8A0101"), std::string::npos) << answer;
    EXPECT_EQ(send(*card, "00A4080C025015"), "9000");
    EXPECT_EQ(send(*card, "00CA01A100"), "9000");
}

json recipe_of(const char* text) {
    auto document = document::read_document("recipe", text);
    EXPECT_TRUE(document.findings.empty());
    return document.value;
}

constexpr const char* kSmall = R"(
kind: card-recipe
version: 1
profile: pkcs15
serial: "0102030405060708090A"
pins:
  - {reference: 1, label: PIN 1, value: "1234", puk: "12345678", tries: 5, tries_left: 2}
keys:
  - {id: "45", label: One, type: ec-p256, pin: 1, usage: [digitalSignature]}
  - id: "46"
    label: Two
    type: ec-p384
    pin: 1
    usage: [keyAgreement]
    certificates:
      - {issuer: stranger, common_name: Wrong, key: "45", card_serial: "FF", not_before: "2020-01-01T00:00:00Z",
         not_after: "2021-01-01T00:00:00Z", policies: [1.2.3], bad_signature: true}
)";

TEST(Recipe, OverridesReachTheCertificate) {
    rakit::test::TestIssuer issuer;
    const auto image = personalise(recipe_of(kSmall), {}, issuer);
    ASSERT_TRUE(image) << to_string(image.error());
    auto card = *open_image(*image);
    EXPECT_EQ(card->pin_tries(1), 2);
    const auto certificate = *x509::Certificate::parse(read_file_of(*card, "50154301"));
    EXPECT_EQ(certificate.spki(), read_file_of(*card, "50155501"));
    EXPECT_EQ(x509::attribute(certificate.subject(), "serialNumber"), "FF");
    EXPECT_EQ(certificate.policies(), std::vector<std::string>{"1.2.3"});
    EXPECT_EQ(to_iso8601(certificate.not_after()), "2021-01-01T00:00:00Z");
    EXPECT_FALSE(certificate.signed_by(*issuer.ca_certificate("stranger")));
}

TEST(Recipe, RefusesWhatTheSchemaCannotSay) {
    const std::pair<const char*, const char*> changes[] = {
        {"/keys/0/pin", "9"},
        {"/keys/1/id", "\"45\""},
        {"/keys/1/certificates/0/key", "\"99\""},
        {"/keys/1/certificates/0/not_after", "\"2021-13-01T00:00:00Z\""},
        {"/memory", "4000"}};
    for (const auto& [pointer, value] : changes) {
        rakit::test::TestIssuer issuer;
        auto recipe = recipe_of(kSmall);
        recipe[json::json_pointer(pointer)] = json::parse(value);
        const auto image = personalise(recipe, {}, issuer);
        ASSERT_FALSE(image) << pointer;
        EXPECT_EQ(image.error().code, ErrorCode::document_invalid) << pointer;
    }
    rakit::test::TestIssuer issuer;
    EXPECT_EQ(personalise(recipe_of(kSmall), {std::string("XY"), 1}, issuer).error().code, ErrorCode::document_invalid);
}

class Folder {
public:
    Folder() : x_path(std::filesystem::temp_directory_path() / ("rakit-cards-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(x_path);
    }
    ~Folder() { std::filesystem::remove_all(x_path); }
    std::string write(const char* name, const std::string& text) const {
        std::ofstream(x_path / name) << text;
        return (x_path / name).string();
    }

private:
    std::filesystem::path x_path;
};

TEST(MakeImage, ReadsFilesOfBothKinds) {
    const Folder folder;
    rakit::test::TestIssuer issuer;
    const auto made = make_image(folder.write("recipe.yaml", kSmall), {}, issuer);
    ASSERT_TRUE(made) << to_string(made.error());
    const auto read = make_image(folder.write("image.yaml", to_yaml(*made)), {}, issuer);
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_EQ(*read, *made);
}

TEST(MakeImage, NamesEachFindingWithItsPlace) {
    const Folder folder;
    rakit::test::TestIssuer issuer;
    const auto path = folder.write(
        "bad.yaml",
        "kind: card-recipe\nversion: 1\nprofile: pkcs15\npins:\n  - {reference: 99, value: 1234}\nlables: x\n");
    const auto made = make_image(path, {}, issuer);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::document_invalid);
    for (const auto* place : {"bad.yaml:5:17", "bad.yaml:5:28", "bad.yaml:6:9"})
        EXPECT_NE(made.error().detail.find(place), std::string::npos) << place << "\n" << made.error().detail;
    EXPECT_EQ(make_image("no-such-card", {}, issuer).error().code, ErrorCode::file_unreadable);
    EXPECT_EQ(make_image(folder.write("else.yaml", "version: 1\n"), {}, issuer).error().code,
              ErrorCode::document_invalid);
    EXPECT_EQ(make_image(folder.write("list.yaml", "- 1\n"), {}, issuer).error().code, ErrorCode::document_invalid);
}

TEST(MakeImage, NamesThePlaceOfWhatNoSchemaCanSayAllAtOnce) {
    const Folder folder;
    rakit::test::TestIssuer issuer;
    const auto path = folder.write("bad.yaml", R"(kind: card-recipe
version: 1
profile: pkcs15
pins:
  - {reference: 1, label: A, value: "1111", puk: "12345678", tries: 3, tries_left: 9}
  - {reference: 1, label: B, value: "2222", puk: "12345678"}
keys:
  - id: "45"
    label: K
    type: ec-p256
    pin: 7
    usage: [digitalSignature]
    certificates:
      - {issuer: tc-issuer, common_name: C, not_before: "2024-02-30T00:00:00Z", not_after: "2025-01-01T00:00:00Z"}
      - {issuer: tc-issuer, common_name: C, not_before: "2025-01-01T00:00:00Z", not_after: "2024-01-01T00:00:00Z", key: "99"}
)");
    const auto made = make_image(path, {}, issuer);
    ASSERT_FALSE(made);
    for (const auto* place : {":5:84: more tries left", ":6:17: two PINs", ":11:10: there is no PIN",
                              ":14:57: not a time", ":15:92: the validity ends", ":15:121: there is no key"})
        EXPECT_NE(made.error().detail.find(path + place), std::string::npos) << place << "\n" << made.error().detail;
}

TEST(MakeImage, NamesThePlaceOfAFileThatFitsNoCard) {
    const Folder folder;
    rakit::test::TestIssuer issuer;
    auto image = *make_image(folder.write("recipe.yaml", kSmall), {}, issuer);
    auto& files = image.document.at("files");
    auto& file = *std::find_if(files.begin(), files.end(), [](const auto& one) { return one.at("kind") == "ef"; });
    file["content"] = std::string(2 * (file.at("size").get<std::size_t>() + 1), 'A');
    const auto path = folder.write("image.yaml", to_yaml(image));
    const auto made = make_image(path, {}, issuer);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().detail.rfind(path + ":", 0), 0U) << made.error().detail;
    EXPECT_NE(made.error().detail.find("content is longer than the file"), std::string::npos);
}

TEST(OpenImage, RefusesWhatFitsNoCard) {
    const std::pair<const char*, const char*> changes[] = {{"/serial", "\"00\""},
                                                           {"/files/0/path", "\"3F005015\""},
                                                           {"/files/3/path", "\"3F0044004401\""},
                                                           {"/files/2/content", "\"ZZ\""},
                                                           {"/files/2/size", "1"},
                                                           {"/memory", "1000"},
                                                           {"/files/3/key", "\"3000\""},
                                                           {"/pins/0/value", "\"123456789\""},
                                                           {"/faults", "[{\"kind\": \"status\"}]"}};
    for (const auto& [pointer, value] : changes) {
        auto image = image_of("pkcs15-tc");
        image.document[json::json_pointer(pointer)] = json::parse(value);
        const auto card = open_image(image);
        ASSERT_FALSE(card) << pointer;
        EXPECT_EQ(card.error().code, ErrorCode::document_invalid) << pointer;
    }
}

}  // namespace
}  // namespace rakit::cards::test
