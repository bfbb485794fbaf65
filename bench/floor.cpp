#include "bench/floor.hpp"

#include <openssl/pkcs12.h>

#include <stdexcept>

namespace rakit::bench {
namespace {

constexpr int kIterations = 10000;  // of the sample officer's PKCS#12
constexpr const char* kPassword = "officer-secret";

const Bytes& message() {
    static const Bytes kMessage(600, 7);
    return kMessage;
}

void expect(bool good) {
    if (!good) throw std::runtime_error("an operation of the floor failed: " + ossl::last_error());
}

void derive_mac_key() {
    Bytes salt(8, 1), key(32);
    expect(PKCS12_key_gen_utf8(kPassword, -1, salt.data(), static_cast<int>(salt.size()), PKCS12_MAC_ID, kIterations,
                               static_cast<int>(key.size()), key.data(), EVP_sha256()) == 1);
}

void derive_bag_key() {
    const Bytes salt(8, 1);
    Bytes key(32);
    expect(PKCS5_PBKDF2_HMAC(kPassword, -1, salt.data(), static_cast<int>(salt.size()), kIterations, EVP_sha256(),
                             static_cast<int>(key.size()), key.data()) == 1);
}

void verify(EVP_PKEY* key, const Bytes& signature) {
    const ossl::DigestContext context(EVP_MD_CTX_new());
    expect(EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message().data(), message().size()) ==
               1);
}

}  // namespace

RedoFloor::RedoFloor() : x_keys(std::make_shared<FloorKeys>()) {
    SeededRng rng(3, "floor");
    x_keys->rsa = ossl::generate_key(ossl::KeyType::rsa2048, rng).value();
    x_keys->ec = ossl::generate_key(ossl::KeyType::ec_p256, rng).value();
    x_keys->rsa_signature = ossl::sign(x_keys->rsa.get(), message()).value();
    x_keys->ec_signature = ossl::sign(x_keys->ec.get(), message()).value();
    const auto* keys = x_keys.get();
    const auto sign = [](EVP_PKEY* key) { return [key] { expect(ossl::sign(key, message()).has_value()); }; };
    x_operations = {
        {"PKCS#12: key derivation of the MAC", 1, derive_mac_key},
        {"PKCS#12: PBKDF2 of the key bag and of the certificate bag", 2, derive_bag_key},
        {"card: RSA-2048 signature of the request", 1, sign(keys->rsa.get())},
        {"card: P-256 signature of the request", 1, sign(keys->ec.get())},
        {"officer: P-256 signature of order and confirmation", 2, sign(keys->ec.get())},
        {"CM: P-256 signature of two certificates and two answers", 4, sign(keys->ec.get())},
        {"RA: RSA-2048 verification of the request", 1, [keys] { verify(keys->rsa.get(), keys->rsa_signature); }},
        {"RA: P-256 verification of request, 2 answers, their signer, issuing CA, 2 certificates", 7,
         [keys] { verify(keys->ec.get(), keys->ec_signature); }},
        {"CM: RSA-2048 verification of the request, 2 transport certificates", 3,
         [keys] { verify(keys->rsa.get(), keys->rsa_signature); }},
        {"CM: P-256 verification of the request, officer's certificate, order, confirmation", 4,
         [keys] { verify(keys->ec.get(), keys->ec_signature); }},
    };
}

void RedoFloor::run() const {
    for (const auto& operation : x_operations)
        for (int i = 0; i < operation.count; ++i) operation.run();
}

}  // namespace rakit::bench
