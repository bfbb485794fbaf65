#include "tests/unit/cm_core/fixture.hpp"

#include <openssl/crmf.h>

#include "common/ossl/digest.hpp"

namespace rakit::cm::test {
namespace {

using iso7816::TlvReader;
using iso7816::TlvWriter;

Bytes oid_octets(unsigned control) {
    return {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x07, static_cast<std::uint8_t>(control)};
}

Bytes octet(unsigned value) { return {static_cast<std::uint8_t>(value)}; }

Bytes octet_string(ByteView value) { return TlvWriter().put(0x04, value).bytes(); }

x509::DistinguishedName subject_of(const Request& request) {
    if (request.subject) return *request.subject;
    x509::DistinguishedName subject;
    const std::map<std::string, std::string> types{
        {"commonName", "CN"}, {"organization", "O"}, {"country", "C"}, {"surname", "SN"}};
    for (const auto& [field, value] : request.fields)
        if (const auto type = types.find(field); type != types.end()) subject.push_back({type->second, value});
    return subject;
}

std::string reg_info(const Request& request) {
    auto lines = nlohmann::json::array();
    for (const auto& line : request.lines) {
        nlohmann::json one{{"bodyPartId", line.body_part},
                           {"key", line.key},
                           {"label", "A key"},
                           {"action", line.action},
                           {"usage", line.usage}};
        if (line.tc) one["transportCertificate"] = to_hex(line.tc->sha256());
        if (line.replaces)
            one["replaces"] = {{"issuer", to_base64(line.replaces->certificate.issuer_der())},
                               {"serial", line.replaces->certificate.serial_hex()},
                               {"sha256", to_hex(line.replaces->certificate.sha256())}};
        lines.push_back(one);
    }
    return nlohmann::json{{"version", 1},
                          {"procedure", request.procedure},
                          {"card", {{"serial", request.serial}, {"atr", "3B80"}, {"profile", request.profile}}},
                          {"fields", request.fields},
                          {"lines", lines}}
        .dump();
}

Bytes mod_cert_template(const Request& request, const Line& line) {
    return TlvWriter()
        .nest(0x30,
              [&](TlvWriter& mod) {
                  mod.nest(0x30, [&](TlvWriter& path) { path.put(0x02, octet(line.body_part)); });
                  mod.nest(0x30, [&](TlvWriter& references) { references.put(0x02, octet(line.body_part)); });
                  mod.nest(0x30, [&](TlvWriter& wanted) {
                      wanted.put(0xA5, *x509::encode_name(subject_of(request)));
                      if (!request.template_extensions.empty()) wanted.put(0xA9, request.template_extensions);
                  });
              })
        .bytes();
}

Bytes revoke_request(const Replaces& replaces) {
    return TlvWriter()
        .nest(0x30,
              [&](TlvWriter& revoke) {
                  revoke.raw(replaces.certificate.issuer_der()).raw(replaces.certificate.serial_der());
                  revoke.put(0x0A, octet(static_cast<unsigned>(replaces.reason)));
              })
        .bytes();
}

Bytes crmf(const Request& request, const Line& line) {
    OSSL_CRMF_MSG* message = OSSL_CRMF_MSG_new();
    const auto name = x509::encode_name(subject_of(request));
    const unsigned char* cursor = name->data();
    const ossl::Name subject(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(name->size())));
    OSSL_CRMF_CERTTEMPLATE_fill(OSSL_CRMF_MSG_get0_tmpl(message), line.card_key, subject.get(), nullptr, nullptr);
    OSSL_CRMF_MSG_set_certReqId(message, static_cast<int>(line.body_part));
    OSSL_CRMF_MSG_create_popo(OSSL_CRMF_POPO_RAVERIFIED, message, nullptr, nullptr, nullptr, nullptr);
    Bytes der = ossl::to_der(message, i2d_OSSL_CRMF_MSG);
    OSSL_CRMF_MSG_free(message);
    der[0] = 0xA1;  // [1] IMPLICIT
    return der;
}

Bytes witness(const Line& line) {
    return TlvWriter()
        .nest(0x30,
              [&](TlvWriter& out) {
                  out.put(0x02, octet(0));
                  out.nest(0x30, [&](TlvWriter& ids) { ids.put(0x02, octet(line.body_part)); });
              })
        .bytes();
}

Bytes assemble(ByteView controls, ByteView requests) {
    return TlvWriter()
        .nest(0x30, [&](TlvWriter& data) { data.put(0x30, controls).put(0x30, requests).put(0x30, {}).put(0x30, {}); })
        .bytes();
}

unsigned number(ByteView octets) {
    unsigned value = 0;
    for (const auto one : octets) value = value << 8 | one;
    return value;
}

void read_status(ByteView value, Answer& answer) {
    TlvReader reader(TlvReader(value).read(0x30)->value);
    answer.status = static_cast<int>(number(reader.read(0x02)->value));
    TlvReader list(reader.read(0x30)->value);
    while (!list.at_end()) answer.body_list.push_back(number(list.read(0x02)->value));
    if (const auto text = reader.read_optional(0x0C)) answer.text = as_text(text->value);
    if (const auto pend = reader.read_optional(0x30)) {
        const auto token = TlvReader(pend->value).read(0x04)->value;
        answer.pend_token.assign(token.begin(), token.end());
    }
    if (const auto info = reader.read_optional(0x02)) answer.fail_info = static_cast<int>(number(info->value));
}

void read_control(ByteView attribute, Answer& answer) {
    TlvReader reader(attribute);
    reader.read(0x02).value();
    const unsigned control = reader.read(0x06)->value.back();
    const ByteView set = reader.read(0x31)->value;
    const ByteView inner = TlvReader(set).read()->value;
    const Bytes octets(inner.begin(), inner.end());
    if (control == 25) read_status(set, answer);
    if (control == 5) answer.transaction = octets;
    if (control == 6) answer.sender_nonce = octets;
    if (control == 7) answer.recipient_nonce = octets;
    if (control == 4) answer.data_return = octets;
    if (control == 19) answer.info = nlohmann::json::parse(octets);
}

}  // namespace

const x509::Certificate* Answer::certificate_for(const EVP_PKEY* key) const {
    for (const auto& certificate : certificates)
        if (certificate.spki() == ossl::spki(key)) return &certificate;
    return nullptr;
}

Bytes pkcs10(const x509::DistinguishedName& subject, EVP_PKEY* key, EVP_PKEY* signing_key,
             const std::vector<std::string>& extensions) {
    const ossl::X509Request request(X509_REQ_new());
    const auto name = x509::encode_name(subject);
    const unsigned char* cursor = name->data();
    const ossl::Name parsed(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(name->size())));
    X509_REQ_set_subject_name(request.get(), parsed.get());
    X509_REQ_set_pubkey(request.get(), key);
    const ossl::Extensions asked(sk_X509_EXTENSION_new_null());
    for (const auto& text : extensions) {
        const auto split = text.find('=');
        sk_X509_EXTENSION_push(asked.get(), X509V3_EXT_nconf(nullptr, nullptr, text.substr(0, split).c_str(),
                                                             text.substr(split + 1).c_str()));
    }
    if (!extensions.empty()) X509_REQ_add_extensions(request.get(), asked.get());
    X509_REQ_sign(request.get(), signing_key, EVP_sha256());
    return ossl::to_der(request.get(), i2d_X509_REQ);
}

Bytes tagged_attribute(unsigned id, unsigned control, ByteView value) {
    return TlvWriter()
        .nest(0x30,
              [&](TlvWriter& attribute) {
                  attribute.put(0x02, octet(id)).put(0x06, oid_octets(control)).put(0x31, value);
              })
        .bytes();
}

Bytes pki_data(Request& request) {
    unsigned next = 100;
    for (auto& line : request.lines) line.body_part = next++;
    Bytes controls, requests;
    unsigned id = 1;
    append(controls, tagged_attribute(id++, 5, TlvWriter().put(0x02, request.transaction).bytes()));
    append(controls, tagged_attribute(id++, 6, octet_string(request.nonce)));
    append(controls, tagged_attribute(id++, 18, octet_string(as_bytes(reg_info(request)))));
    append(controls, tagged_attribute(id++, 4, octet_string(*from_hex(request.serial))));
    for (const auto& line : request.lines) {
        append(controls, tagged_attribute(id++, 31, mod_cert_template(request, line)));
        if (line.replaces && line.replaces->revoke)
            append(controls, tagged_attribute(id++, 17, revoke_request(*line.replaces)));
        if (line.crmf) {
            append(requests, crmf(request, line));
            if (line.witnessed) append(controls, tagged_attribute(id++, 11, witness(line)));
            continue;
        }
        const auto der =
            pkcs10(subject_of(request), line.card_key, line.signing_key ? line.signing_key : line.card_key);
        append(requests,
               TlvWriter().nest(0xA0, [&](TlvWriter& tcr) { tcr.put(0x02, octet(line.body_part)).raw(der); }).bytes());
    }
    append(controls, request.extra_controls);
    return assemble(controls, requests);
}

Bytes query(const Request& request, const Answer& last, std::uint8_t nonce) {
    Bytes controls;
    append(controls, tagged_attribute(1, 5, TlvWriter().put(0x02, request.transaction).bytes()));
    append(controls, tagged_attribute(2, 6, octet_string(Bytes(16, nonce))));
    append(controls, tagged_attribute(3, 7, octet_string(last.sender_nonce)));
    append(controls, tagged_attribute(4, 21, octet_string(last.pend_token)));
    return assemble(controls, {});
}

Bytes confirmation(const Request& request, const Answer& answer, bool accepted, ByteView nonce) {
    Bytes controls;
    unsigned id = 1;
    append(controls, tagged_attribute(id++, 5, TlvWriter().put(0x02, request.transaction).bytes()));
    append(controls, tagged_attribute(id++, 6, octet_string(nonce)));
    append(controls, tagged_attribute(id++, 7, octet_string(answer.sender_nonce)));
    for (const auto& line : request.lines) {
        const auto* certificate = answer.certificate_for(line.card_key);
        if (!accepted || certificate == nullptr) continue;
        append(controls,
               tagged_attribute(id++, 24,
                                TlvWriter()
                                    .nest(0x30,
                                          [&](TlvWriter& name) {
                                              name.raw(certificate->issuer_der()).raw(certificate->serial_der());
                                          })
                                    .bytes()));
    }
    if (!accepted)
        append(controls, tagged_attribute(id++, 25,
                                          TlvWriter()
                                              .nest(0x30,
                                                    [&](TlvWriter& status) {
                                                        status.put(0x02, octet(2));
                                                        status.nest(0x30, [&](TlvWriter& list) {
                                                            for (const auto& line : request.lines)
                                                                list.put(0x02, octet(line.body_part));
                                                        });
                                                    })
                                              .bytes()));
    return assemble(controls, {});
}

Bytes sign(ByteView content, const Signer& signer, const std::vector<x509::Certificate>& bag, UtcTime time) {
    const ossl::CmsContentInfo cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_BINARY | CMS_PARTIAL));
    CMS_set1_eContentType(cms.get(), OBJ_nid2obj(NID_id_cct_PKIData));
    CMS_SignerInfo* info = CMS_add1_signer(cms.get(), signer.certificate.handle(), signer.key.get(), EVP_sha256(),
                                           CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES);
    const ossl::Handle<ASN1_TIME, ASN1_TIME_free> at(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
    CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, at->type, at.get(), -1);
    for (const auto& certificate : bag) CMS_add1_cert(cms.get(), certificate.handle());
    CMS_final(cms.get(), ossl::memory_bio(content).get(), nullptr, CMS_BINARY);
    return ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
}

HostTest::HostTest() : olivia(officer("Olivia Officer")) {
    configure([](Config&) {});
}

const Hierarchy& HostTest::hierarchy() {
    static const Hierarchy kHierarchy = *Hierarchy::from_seed(Hierarchy::kDefaultSeed);
    return kHierarchy;
}

EVP_PKEY* HostTest::card_key(const std::string& name, ossl::KeyType type) {
    static std::map<std::string, ossl::PKey> keys;
    auto& key = keys[name];
    SeededRng seeded(3, "card key " + name);
    if (!key) key = *ossl::generate_key(type, seeded);
    return key.get();
}

Signer HostTest::officer(const std::string& name, const std::vector<std::string>& usages, const std::string& authority,
                         const char* until) {
    SeededRng seeded(4, "officer " + name);
    Signer signer{hierarchy().authority("root").certificate, *ossl::generate_key(ossl::KeyType::ec_p256, seeded)};
    x509::CertificateTemplate what;
    what.serial = seeded.bytes(9);
    what.serial[0] = 0x41;
    what.subject = {{"O", "Example"}, {"CN", name}};
    what.spki = ossl::spki(signer.key.get());
    what.not_before = *from_iso8601("2025-01-01T00:00:00Z");
    what.not_after = *from_iso8601(until);
    what.key_usage = {"digitalSignature"};
    what.extended_key_usage = usages;
    signer.certificate = *hierarchy().issue(authority, what);
    return signer;
}

x509::CertificateTemplate HostTest::tc_template(const std::string& serial, const EVP_PKEY* key) {
    x509::CertificateTemplate what;
    what.serial = {0x42, 0x01};
    what.subject = {{"CN", "TC " + serial}, {"serialNumber", serial}};
    what.spki = ossl::spki(key);
    what.not_before = *from_iso8601("2025-01-01T00:00:00Z");
    what.not_after = *from_iso8601("2050-01-01T00:00:00Z");
    what.key_usage = {"digitalSignature"};
    what.policies = {"2.25.259992147378155069564548854890386613715"};
    return what;
}

x509::Certificate HostTest::tc(const std::string& serial, const EVP_PKEY* key) {
    return *hierarchy().issue("tc-issuer", tc_template(serial, key));
}

x509::Certificate HostTest::old_certificate(const EVP_PKEY* key) {
    auto what = tc_template("0A1B2C3D", key);
    what.policies.clear();
    what.serial = {0x43, 0x02};
    return *hierarchy().issue("end-user-ca", what);
}

Request HostTest::tc_redo() {
    Request request;
    Line line;
    line.card_key = card_key("45");
    line.tc = tc(request.serial, line.card_key);
    request.lines.push_back(line);
    return request;
}

Request HostTest::redo() {
    Request request;
    request.procedure = "employee";
    Line line;
    line.card_key = card_key("45");
    line.replaces = Replaces{old_certificate(line.card_key)};
    request.lines.push_back(line);
    return request;
}

Bytes HostTest::encode(Request& request) {
    std::vector<x509::Certificate> bag;
    for (const auto& line : request.lines)
        if (line.tc) bag.push_back(*line.tc);
    return sign(pki_data(request), olivia, bag, clock.now());
}

Answer HostTest::send(const Bytes& message, const x509::Certificate* peer) {
    net::HttpRequest request{"POST",
                             "/cmc",
                             {{"content-type", "application/pkcs7-mime; smime-type=CMC-request"}},
                             message,
                             (peer ? *peer : olivia.certificate).der()};
    const auto response = host->handle(request);
    Answer answer;
    answer.http_status = response.status;
    answer.body = response.body;
    if (response.status == kNoAnswer) return answer;
    if (response.headers.at("content-type").find("CMC-response") == std::string::npos) {
        answer.info = nlohmann::json::parse(response.body);
        return answer;
    }
    const unsigned char* cursor = response.body.data();
    const ossl::CmsContentInfo cms(d2i_CMS_ContentInfo(nullptr, &cursor, static_cast<long>(response.body.size())));
    const ossl::Store anchors(X509_STORE_new());
    X509_STORE_add_cert(anchors.get(), hierarchy().authority("root").certificate.handle());
    X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(anchors.get()), X509_PURPOSE_ANY);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(anchors.get()), clock.now().time_since_epoch().count());
    const ossl::Bio out(BIO_new(BIO_s_mem()));
    EXPECT_EQ(CMS_verify(cms.get(), nullptr, anchors.get(), nullptr, out.get(), 0), 1) << ossl::last_error();
    const ossl::Certificates bag(CMS_get1_certs(cms.get()));
    for (int i = 0; i < sk_X509_num(bag.get()); ++i)
        answer.certificates.push_back(*x509::Certificate::parse(ossl::to_der(sk_X509_value(bag.get(), i), i2d_X509)));
    const Bytes content = ossl::bio_content(out.get());
    TlvReader controls(TlvReader(TlvReader(content).read(0x30)->value).read(0x30)->value);
    while (!controls.at_end()) read_control(controls.read(0x30)->value, answer);
    return answer;
}

Answer HostTest::confirm(const Request& request, const Answer& answer, bool accepted, std::uint8_t nonce) {
    return send(sign(confirmation(request, answer, accepted, Bytes(16, nonce)), olivia, {}, clock.now()));
}

Answer HostTest::ask(const Request& request, const Answer& last, std::uint8_t nonce) {
    return send(sign(query(request, last, nonce), olivia, {}, clock.now()));
}

net::HttpResponse HostTest::post_prepare(const nlohmann::json& body, const x509::Certificate* peer) {
    return host->handle({"POST",
                         "/ra/prepare",
                         {{"content-type", "application/json"}},
                         to_bytes(body.dump()),
                         (peer ? *peer : olivia.certificate).der()});
}

void HostTest::configure(const std::function<void(Config&)>& change) {
    change(config);
    host = std::make_unique<CmHost>(config, hierarchy(), store, clock, rng);
}

}  // namespace rakit::cm::test
