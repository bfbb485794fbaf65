#include <gtest/gtest.h>
#include <openssl/crmf.h>

#include <cstdio>
#include <filesystem>

#include "common/base/file.hpp"
#include "reference/cm/order_message.hpp"
#include "tests/unit/reference_cm/fixture.hpp"

namespace rakit::reference::test {
namespace {

/// Folder holds the files that a foreign tool reads.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "rakit-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) std::abort();
        x_path = name;
    }
    ~Folder() { std::filesystem::remove_all(x_path); }
    std::string put(const std::string& name, ByteView content) const {
        EXPECT_TRUE(write_file_atomically(x_path / name, content));
        return (x_path / name).string();
    }

private:
    std::filesystem::path x_path;
};

struct Outcome {
    int status;
    std::string output;
};

/// run runs a command line; both outputs together.
Outcome run(const std::string& command) {
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    std::string output;
    char buffer[4096];
    for (std::size_t size = 0; (size = fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, size);
    return {pclose(pipe), output};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Pkcs10, OpensslVerifiesBothKinds) {
    const World& world = World::get();
    const Folder folder;
    const auto requests = world.requests(world.order());
    const char* algorithms[] = {"sha256WithRSAEncryption", "ecdsa-with-SHA256"};
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto file = folder.put(std::to_string(i) + ".p10", requests[i]);
        const Outcome judged =
            run("openssl req -inform DER -verify -noout -text -nameopt utf8,sep_comma_plus -in " + file);
        EXPECT_EQ(judged.status, 0) << judged.output;
        EXPECT_TRUE(contains(judged.output, "verify OK")) << judged.output;
        EXPECT_TRUE(contains(judged.output, algorithms[i])) << judged.output;
        EXPECT_TRUE(contains(judged.output, "C=SE,CN=Åsa Öberg")) << judged.output;
    }
}

TEST(Pkcs10, TheSubjectHasAFixedOrder) {
    const World& world = World::get();
    Order order = world.order();
    order.fields = {{"title", "Dr"},       {"serialNumber", "7"},     {"surname", "Ek"},
                    {"givenName", "Anna"}, {"commonName", "Anna Ek"}, {"organizationalUnit", "U"},
                    {"organization", "O"}, {"country", "SE"},         {"email", "a@b.se"}};
    const Bytes der = world.requests(order).at(1);
    const unsigned char* cursor = der.data();
    const ossl::X509Request request(d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())));
    const auto subject = *x509::decode_name(ossl::to_der(X509_REQ_get_subject_name(request.get()), i2d_X509_NAME));
    EXPECT_EQ(to_string(subject), "title=Dr,serialNumber=7,SN=Ek,GN=Anna,CN=Anna Ek,OU=U,O=O,C=SE");
}

TEST(Pkcs10, BadFieldsAreNamed) {
    const World& world = World::get();
    const std::pair<const char*, const char*> rows[] = {{"country", "Sweden"},
                                                        {"commonName", "\xFF"},
                                                        {"shoeSize", "43"},
                                                        {"email", "no address"},
                                                        {"email", "å@b.se"}};
    for (const auto& [name, value] : rows) {
        Order order = world.order();
        order.fields[name] = value;
        const auto made = order_pki_data(order, {});
        ASSERT_FALSE(made) << name;
        EXPECT_EQ(made.error().code, ErrorCode::field_invalid) << name;
        EXPECT_TRUE(value == std::string("\xFF") || contains(made.error().detail, name)) << to_string(made.error());
    }
    Order order = world.order();
    order.lines[0].spki = {0x30, 0x00};
    EXPECT_EQ(certification_request_info(order, order.lines[0]).error().line, "45");
}

TEST(Pkcs10, ASignatureByAnotherKeyIsNotSent) {
    const World& world = World::get();
    const Order order = world.order();
    const Bytes info = *certification_request_info(order, order.lines[0]);
    EXPECT_EQ(certification_request(info, *ossl::sign(world.ec_key.get(), info)).error().code, ErrorCode::pop_failed);
    EXPECT_EQ(certification_request(info, {}).error().code, ErrorCode::pop_failed);
    EXPECT_FALSE(certification_request({}, {}));
}

struct Encoded {
    const World& world = World::get();
    FakeExchange exchange{{}};
    VirtualClock clock{kNow};
    SeededRng rng{1, "client"};
    CmClient client{exchange, {world.root}, clock, rng};
    Order order = world.order();
    Result<Bytes> der = client.encode_order(order, world.requests(order), *world.unlocked_officer());
};

TEST(EncodedOrder, OpensslVerifiesIt) {
    const Encoded encoded;
    ASSERT_TRUE(encoded.der) << to_string(encoded.der.error());
    const Folder folder;
    const auto file = folder.put("order.der", *encoded.der);
    const auto root = folder.put("root.pem", as_bytes(to_pem(encoded.world.root)));
    const Outcome judged = run("openssl cms -verify -purpose any -inform DER -binary -in " + file + " -CAfile " + root +
                               " -out /dev/null");
    EXPECT_EQ(judged.status, 0) << judged.output;
    const Outcome structure = run("openssl asn1parse -inform DER -in " + file);
    EXPECT_TRUE(contains(structure.output, ":id-cct-PKIData")) << structure.output;
    for (const char* attribute :
         {":contentType", ":messageDigest", ":signingTime", ":id-smime-aa-signingCertificateV2"})
        EXPECT_TRUE(contains(structure.output, attribute)) << attribute << "\n" << structure.output;
    EXPECT_TRUE(contains(structure.output, ":300101120000Z")) << structure.output;
    EXPECT_FALSE(contains(structure.output, "SMIME-CAPS"));
}

TEST(EncodedOrder, HoldsTheControlsAndTheBag) {
    const Encoded encoded;
    const unsigned char* cursor = encoded.der->data();
    const ossl::CmsContentInfo cms(d2i_CMS_ContentInfo(nullptr, &cursor, static_cast<long>(encoded.der->size())));
    const ossl::Certificates bag(CMS_get1_certs(cms.get()));
    EXPECT_EQ(sk_X509_num(bag.get()), 2);  // officer and TC
    ASN1_OCTET_STRING* const content = *CMS_get0_content(cms.get());
    const Folder folder;
    const ByteView octets(ASN1_STRING_get0_data(content), static_cast<std::size_t>(ASN1_STRING_length(content)));
    const auto file = folder.put("pkidata.der", octets);
    const std::string structure = run("openssl asn1parse -inform DER -in " + file).output;
    for (const char* control :
         {":id-cmc-transactionId", ":id-cmc-senderNonce", ":id-cmc-regInfo", ":id-cmc-dataReturn",
          ":1.3.6.1.5.5.7.7.31", ":id-cmc-revokeRequest", ":0A1B2C3D", ":X509v3 Subject Alternative Name"})
        EXPECT_TRUE(contains(structure, control)) << control << "\n" << structure;
    EXPECT_EQ(request_body_parts(encoded.order), (std::vector<std::uint32_t>{8, 9}));
}

TEST(EncodedOrder, QcStatementsAndAKeyThatCannotSign) {
    const World& world = World::get();
    FakeExchange exchange{{}};
    VirtualClock clock{kNow};
    SeededRng rng{1, "client"};
    CmClient client{exchange, {world.root}, clock, rng};
    Order order = world.order();
    order.lines[0].witnessed = true;
    order.qc_statements = {QcCClegislation{{"UK", "FR"}}};
    const auto witnessed = client.witnessed_request(order, order.lines[0]);
    ASSERT_TRUE(witnessed) << to_string(witnessed.error());
    const auto der = client.encode_order(order, {*witnessed, world.requests(order).at(1)}, *world.unlocked_officer());
    ASSERT_TRUE(der) << to_string(der.error());
    const Folder folder;
    const auto file = folder.put("order.der", *der);
    const auto root = folder.put("root.pem", as_bytes(to_pem(world.root)));
    const Outcome judged = run("openssl cms -verify -purpose any -inform DER -binary -in " + file + " -CAfile " + root +
                               " -out " + file + ".pkidata");
    ASSERT_EQ(judged.status, 0) << judged.output;
    const std::string structure = run("openssl asn1parse -inform DER -in " + file + ".pkidata").output;
    for (const char* part : {":id-cmc-lraPOPWitness", ":qcStatements"})
        EXPECT_TRUE(contains(structure, part)) << part << "\n" << structure;
    // OpenSSL's own CRMF template reads the request: the certReqId is the body part id.
    const unsigned char* cursor = witnessed->data();
    OSSL_CRMF_MSG* message = d2i_OSSL_CRMF_MSG(nullptr, &cursor, static_cast<long>(witnessed->size()));
    ASSERT_NE(message, nullptr) << ossl::last_error();
    EXPECT_EQ(OSSL_CRMF_MSG_get_certReqId(message), static_cast<int>(request_body_parts(order).at(0)));
    OSSL_CRMF_MSG_free(message);
}

TEST(EncodedOrder, ATcIsExchangedNotRevoked) {
    const World& world = World::get();
    Order order = world.order();
    order.lines.resize(1);
    EXPECT_EQ(request_body_parts(order), std::vector<std::uint32_t>{6});
    order.lines[0].action = "add";
    EXPECT_EQ(request_body_parts(order), std::vector<std::uint32_t>{6});
}

TEST(EncodedOrder, NeedsAnUnlockedOfficerAndAHexSerial) {
    Encoded encoded;
    auto officer = encoded.world.unlocked_officer();
    officer->lock();
    const auto requests = encoded.world.requests(encoded.order);
    EXPECT_EQ(encoded.client.encode_order(encoded.order, requests, *officer).error().code,
              ErrorCode::officer_credential_invalid);
    encoded.order.card_serial = "serial";
    EXPECT_EQ(encoded.client.encode_order(encoded.order, requests, *encoded.world.unlocked_officer()).error().code,
              ErrorCode::card_content_invalid);
}

}  // namespace
}  // namespace rakit::reference::test
