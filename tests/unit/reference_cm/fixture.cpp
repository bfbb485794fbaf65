#include "tests/unit/reference_cm/fixture.hpp"

#include <gtest/gtest.h>

#include "common/iso7816/tlv.hpp"
#include "common/x509/builder.hpp"

namespace rakit::reference::test {
namespace {

using iso7816::TlvWriter;

ossl::PKey key(ossl::KeyType type, const char* label) {
    SeededRng rng(11, label);
    return *ossl::generate_key(type, rng);
}

x509::CertificateTemplate what(const char* name, EVP_PKEY* own, std::uint8_t serial) {
    x509::CertificateTemplate made;
    made.serial = {serial};
    made.subject = {{"C", "SE"}, {"CN", name}};
    made.spki = ossl::spki(own);
    made.not_before = *from_iso8601("2020-01-01T00:00:00Z");
    made.not_after = *from_iso8601("2060-01-01T00:00:00Z");
    return made;
}

x509::Certificate authority(const char* name, EVP_PKEY* own, const std::optional<x509::Certificate>& issuer,
                            EVP_PKEY* issuer_key) {
    auto made = what(name, own, 1);
    made.ca = true;
    made.key_usage = {"keyCertSign", "cRLSign"};
    return *x509::issue(made, issuer, issuer_key);
}

x509::Certificate signer(const char* name, EVP_PKEY* own, const char* usage, const World& world) {
    auto made = what(name, own, 2);
    made.key_usage = {"digitalSignature"};
    made.extended_key_usage = {usage};
    return *x509::issue(made, world.root, world.root_key.get());
}

void control(TlvWriter& to, std::uint8_t id, std::uint8_t number, ByteView value) {
    to.nest(0x30, [&](TlvWriter& attribute) {
        attribute.put(0x02, Bytes{id});
        attribute.put(0x06, Bytes{0x2B, 6, 1, 5, 5, 7, 7, number});
        attribute.put(0x31, value);
    });
}

Bytes tlv(std::uint32_t tag, ByteView value) { return TlvWriter().put(tag, value).bytes(); }

}  // namespace

World::World()
    : root_key(key(ossl::KeyType::ec_p256, "root")),
      ca_key(key(ossl::KeyType::ec_p256, "ca")),
      response_key(key(ossl::KeyType::ec_p256, "response")),
      officer_key(key(ossl::KeyType::ec_p256, "officer")),
      rsa_key(key(ossl::KeyType::rsa2048, "card 45")),
      ec_key(key(ossl::KeyType::ec_p256, "card 46")),
      root(authority("Root", root_key.get(), std::nullopt, root_key.get())),
      ca(authority("End-user CA", ca_key.get(), root, root_key.get())),
      response(signer("Response", response_key.get(), "1.3.6.1.5.5.7.3.27", *this)),
      officer(signer("Officer", officer_key.get(), "1.3.6.1.5.5.7.3.28", *this)),
      tc(issue(rsa_key.get(), "TC", 3)),
      old_ec(issue(ec_key.get(), "Anna Ek", 4)),
      new_rsa(issue(rsa_key.get(), "Anna Ek", 5)),
      new_ec(issue(ec_key.get(), "Anna Ek", 6)) {}

const World& World::get() {
    static const World world;
    return world;
}

x509::Certificate World::issue(EVP_PKEY* subject_key, const char* name, std::uint8_t serial) const {
    return *x509::issue(what(name, subject_key, serial), ca, ca_key.get());
}

std::unique_ptr<Pkcs12Officer> World::unlocked_officer() const {
    const ossl::Pkcs12 made(
        PKCS12_create("1234", "officer", officer_key.get(), officer.handle(), nullptr, 0, 0, 1, 1, 0));
    auto credential = *Pkcs12Officer::from_bytes(ossl::to_der(made.get(), i2d_PKCS12));
    if (!credential->unlock(Pin("1234"))) std::abort();
    return credential;
}

Order World::order() const {
    Order made;
    made.transaction_id = *from_hex("00112233445566778899AABBCCDDEEFF");
    made.sender_nonce = *from_hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF");
    made.procedure = "employee-tc";
    made.card_serial = "0A1B2C3D";
    made.card_atr = *from_hex("3B8501");
    made.card_profile = "pkcs15";
    made.fields = {{"commonName", "Åsa Öberg"}, {"country", "SE"}, {"email", "asa@example.com"}};
    made.lines = {{"45", "Authentication", "redo", "rsa-2048", {"digitalSignature"}, tc.spki(), tc, tc},
                  {"46", "Signature", "redo", "ec-p256", {"nonRepudiation"}, old_ec.spki(), old_ec, std::nullopt}};
    return made;
}

std::vector<Bytes> World::requests(const Order& order) const {
    std::vector<Bytes> made;
    for (const auto& line : order.lines) {
        const auto info = *certification_request_info(order, line);
        made.push_back(*certification_request(info, *ossl::sign(key_of(line), info)));
    }
    return made;
}

AnswerSpec::AnswerSpec(const World& world, const Order& order)
    : transaction_id(order.transaction_id),
      sender_nonce(Bytes(16, 0x55)),
      recipient_nonce(order.sender_nonce),
      data_return(from_hex(order.card_serial)),
      body_parts{8, 9},
      response_info(R"({"version": 1, "lines": [{"key": "45", "bodyPartId": 8, "sha256": ")" +
                    to_hex(world.new_rsa.sha256()) + R"("}, {"key": "46", "bodyPartId": 9, "sha256": ")" +
                    to_hex(world.new_ec.sha256()) + R"("}], "issuerCertificates": [], "revoked": []})"),
      bag{world.new_ec, world.ca, world.new_rsa},
      signer(world.response),
      signer_key(world.response_key.get()) {}

Bytes AnswerSpec::pki_response() const {
    TlvWriter out;
    out.nest(0x30, [&](TlvWriter& response) {
        response.nest(0x30, [&](TlvWriter& list) {
            control(list, 1, 25,
                    TlvWriter()
                        .nest(0x30,
                              [&](TlvWriter& info) {
                                  info.put(0x02, Bytes{static_cast<std::uint8_t>(status)});
                                  info.nest(0x30, [&](TlvWriter& parts) {
                                      for (const auto part : body_parts)
                                          parts.put(0x02, Bytes{static_cast<std::uint8_t>(part)});
                                  });
                                  if (!text.empty()) info.put(0x0C, as_bytes(text));
                                  info.raw(pend_info);
                                  if (fail_info)
                                      info.put(0x02, Bytes{static_cast<std::uint8_t>(*fail_info >> 8),
                                                           static_cast<std::uint8_t>(*fail_info)});
                              })
                        .bytes());
            if (transaction_id) control(list, 2, 5, tlv(0x02, *transaction_id));
            if (sender_nonce) control(list, 3, 6, tlv(0x04, *sender_nonce));
            if (recipient_nonce) control(list, 4, 7, tlv(0x04, *recipient_nonce));
            if (data_return) control(list, 5, 4, tlv(0x04, *data_return));
            if (!response_info.empty()) control(list, 6, 19, tlv(0x04, as_bytes(response_info)));
            list.raw(more_controls);
        });
        response.put(0x30, {}).put(0x30, {});
    });
    return std::move(out).bytes();
}

Bytes AnswerSpec::encode() const { return sign(pki_response(), content_type, *this); }

Bytes sign(ByteView content, const std::string& content_type, const AnswerSpec& spec) {
    const ossl::CmsContentInfo cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY));
    const ossl::Object type(OBJ_txt2obj(content_type.c_str(), 1));
    CMS_set1_eContentType(cms.get(), type.get());
    CMS_add1_signer(cms.get(), spec.signer.handle(), spec.signer_key, EVP_sha256(), CMS_BINARY | CMS_NOSMIMECAP);
    for (const auto& certificate : spec.bag) CMS_add1_cert(cms.get(), certificate.handle());
    const ossl::Bio bio = ossl::memory_bio(content);
    EXPECT_EQ(CMS_final(cms.get(), bio.get(), nullptr, CMS_BINARY), 1);
    return ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
}

net::HttpResponse cmc_answer(Bytes body) {
    return {200, {{"content-type", "application/pkcs7-mime; smime-type=CMC-response"}}, std::move(body)};
}

net::HttpResponse json_answer(int status, std::string_view body) {
    return {status, {{"content-type", "application/json"}}, to_bytes(body)};
}

FakeExchange::FakeExchange(std::vector<Result<net::HttpResponse>> answers)
    : x_answers(answers.begin(), answers.end()) {}

FakeExchange::~FakeExchange() { EXPECT_TRUE(x_answers.empty()) << x_answers.size() << " answers were not asked for"; }

Result<net::HttpResponse> FakeExchange::exchange(const net::HttpRequest& request, std::chrono::milliseconds) {
    requests.push_back(request);
    if (x_answers.empty()) {
        ADD_FAILURE() << "one exchange too many: " << request.method << " " << request.target;
        return fail(ErrorCode::cm_unreachable, "no answer was prepared");
    }
    auto answer = x_answers.front();
    x_answers.pop_front();
    return answer;
}

}  // namespace rakit::reference::test
