#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "common/ossl/keys.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/officer/pkcs12_officer.hpp"

namespace rakit::reference::test {

/// World holds keys and certificates of a small CM: a root, an end-user CA below it, a response key, an officer, a card
/// with an RSA key "45" that carries a TC and a P-256 key "46" that carries a certificate.
struct World {
    World();
    static const World& get();

    ossl::PKey root_key, ca_key, response_key, officer_key, rsa_key, ec_key;
    x509::Certificate root, ca, response, officer, tc, old_ec, new_rsa, new_ec;

    /// issue signs with the end-user CA.
    x509::Certificate issue(EVP_PKEY* subject_key, const char* name, std::uint8_t serial) const;
    std::unique_ptr<Pkcs12Officer> unlocked_officer() const;
    Order order() const;
    std::vector<Bytes> requests(const Order& order) const;
    EVP_PKEY* key_of(const OrderLine& line) const { return line.key == "45" ? rsa_key.get() : ec_key.get(); }
};

/// AnswerSpec says what an answer holds; the default is what a good CM sends to World::order().
struct AnswerSpec {
    std::string content_type = "1.3.6.1.5.5.7.12.3";
    std::optional<Bytes> transaction_id, sender_nonce, recipient_nonce, data_return;
    int status = 5;
    std::vector<std::uint32_t> body_parts;
    std::string text;
    std::optional<int> fail_info;
    Bytes pend_info;  ///< DER
    std::string response_info;
    std::vector<x509::Certificate> bag;
    x509::Certificate signer;
    EVP_PKEY* signer_key;
    Bytes more_controls;  ///< DER of further TaggedAttributes

    explicit AnswerSpec(const World& world, const Order& order);
    Bytes pki_response() const;
    /// encode gives the signed answer.
    Bytes encode() const;
};

/// sign makes a SignedData around any content.
Bytes sign(ByteView content, const std::string& content_type, const AnswerSpec& spec);

/// cmc_answer makes the HTTP answer.
net::HttpResponse cmc_answer(Bytes body);
net::HttpResponse json_answer(int status, std::string_view body);

/// FakeExchange gives prepared answers and fails the test when asked more, or less, often than prepared.
class FakeExchange final : public HttpExchange {
public:
    explicit FakeExchange(std::vector<Result<net::HttpResponse>> answers);
    ~FakeExchange() override;
    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) override;
    std::vector<net::HttpRequest> requests;

private:
    std::deque<Result<net::HttpResponse>> x_answers;
};

/// kNow is inside all validities.
inline const UtcTime kNow = *from_iso8601("2030-01-01T12:00:00Z");

}  // namespace rakit::reference::test
