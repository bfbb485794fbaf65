#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/cm_host.hpp"
#include "tests/support/memory_store.hpp"

namespace rakit::cm::test {

/// Signer is an officer's credential, or that of somebody who would like to be one.
struct Signer {
    x509::Certificate certificate;
    ossl::PKey key;
};

/// Replaces is what a Redo line names, and whether its revocation is asked for.
struct Replaces {
    x509::Certificate certificate;
    bool revoke = true;
    int reason = 4;
};

/// Line is one key line of a request in the making; each member can be made wrong.
struct Line {
    std::string key = "45";
    std::string action = "redo";
    std::vector<std::string> usage{"digitalSignature"};
    EVP_PKEY* card_key = nullptr;
    EVP_PKEY* signing_key = nullptr;  ///< null: card_key
    std::optional<x509::Certificate> tc;
    std::optional<Replaces> replaces;
    bool crmf = false;            ///< a CRMF request with raVerified in place of the PKCS#10
    bool witnessed = true;        ///< and lraPOPWitness beside it
    std::uint32_t body_part = 0;  ///< set by pki_data()
};

/// Request is a whole order in the making.
struct Request {
    Bytes transaction = Bytes(16, 0x11);
    Bytes nonce = Bytes(16, 0x22);
    std::string procedure = "employee-tc";
    std::string serial = "0A1B2C3D";
    std::string profile = "pkcs15";
    std::map<std::string, std::string> fields{{"commonName", "Anna Ek"}, {"organization", "Example"}};
    std::optional<x509::DistinguishedName> subject;  ///< nothing: made from fields
    Bytes template_extensions;
    std::vector<Line> lines;
    Bytes extra_controls;  ///< TaggedAttributes, behind the others
};

/// Answer is a CMC response, taken apart by other code than the CM's.
struct Answer {
    int http_status = 0;
    Bytes body;
    int status = -1;
    std::vector<unsigned> body_list;
    std::string text;
    int fail_info = -1;
    Bytes pend_token;
    Bytes transaction, sender_nonce, recipient_nonce, data_return;
    nlohmann::json info;
    std::vector<x509::Certificate> certificates;

    std::string code() const { return info.contains("error") ? info["error"]["code"].get<std::string>() : ""; }
    /// certificate_for finds the certificate on a key.
    const x509::Certificate* certificate_for(const EVP_PKEY* key) const;
};

/// tagged_attribute encodes a control of id-cmc with one value.
Bytes tagged_attribute(unsigned id, unsigned control, ByteView value);

/// pkcs10 makes a certification request that asks for extensions in OpenSSL's words ("keyUsage=digitalSignature").
Bytes pkcs10(const x509::DistinguishedName& subject, EVP_PKEY* key, EVP_PKEY* signing_key,
             const std::vector<std::string>& extensions = {});

/// pki_data encodes a request, and numbers the lines' body parts.
Bytes pki_data(Request& request);

/// confirmation encodes the second message: accepted certificates, or a failed status over `failed`.
Bytes confirmation(const Request& request, const Answer& answer, bool accepted, ByteView nonce);

/// query encodes the question about a pending order.
Bytes query(const Request& request, const Answer& last, std::uint8_t nonce);

/// sign makes the SignedData; `bag` certificates beside the signer's.
Bytes sign(ByteView content, const Signer& signer, const std::vector<x509::Certificate>& bag, UtcTime time);

/// HostTest is a host with the default configuration, an empty store and one officer; public, so that rows can use it.
class HostTest : public testing::Test {
public:
    HostTest();

    static const Hierarchy& hierarchy();
    static EVP_PKEY* card_key(const std::string& name, ossl::KeyType type = ossl::KeyType::ec_p256);
    /// officer makes a credential by the officer CA.
    static Signer officer(const std::string& name,
                          const std::vector<std::string>& usages = {"1.3.6.1.5.5.7.3.28", "clientAuth"},
                          const std::string& authority = "officer-ca", const char* until = "2040-01-01T00:00:00Z");
    static x509::CertificateTemplate tc_template(const std::string& serial, const EVP_PKEY* key);
    static x509::Certificate tc(const std::string& serial, const EVP_PKEY* key);
    /// old_certificate is one that the end-user CA issued long ago.
    static x509::Certificate old_certificate(const EVP_PKEY* key);

    /// tc_redo is an order that is accepted: Redo of the TC on key 45.
    Request tc_redo();
    /// redo is an order of the procedure without TC controls: Redo of an old certificate.
    Request redo();

    Bytes encode(Request& request);
    Answer send(const Bytes& message, const x509::Certificate* peer = nullptr);
    Answer order(Request& request) { return send(encode(request)); }
    Answer confirm(const Request& request, const Answer& answer, bool accepted, std::uint8_t nonce = 0x33);
    Answer ask(const Request& request, const Answer& last, std::uint8_t nonce);
    net::HttpResponse post_prepare(const nlohmann::json& body, const x509::Certificate* peer = nullptr);

    /// configure replaces the host by one with another configuration; the store stays.
    void configure(const std::function<void(Config&)>& change);

    Config config = default_config();
    MemoryStore store;
    VirtualClock clock{*from_iso8601("2026-03-01T12:00:00Z")};
    SeededRng rng{7, "cm host test"};
    Signer olivia;
    std::unique_ptr<CmHost> host;
};

}  // namespace rakit::cm::test
