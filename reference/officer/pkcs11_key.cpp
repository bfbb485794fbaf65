// RSA_METHOD and EC_KEY_METHOD are deprecated in OpenSSL 3, and are what a key outside of it can be reached by without
// a provider of its own; libp11 is built on them too.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "reference/officer/pkcs11_key.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "reference/officer/pkcs11_library.hpp"

namespace rakit::reference {
namespace {

using UsePointer = std::shared_ptr<Pkcs11KeyUse>;

void free_use(void*, void* pointer, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<UsePointer*>(pointer); }

int rsa_index() {
    static const int kIndex = RSA_get_ex_new_index(0, nullptr, nullptr, nullptr, free_use);
    return kIndex;
}

int ec_index() {
    static const int kIndex = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, free_use);
    return kIndex;
}

/// sign_on_token runs `sign` with libp11's key on the module's thread; empty on failure, which is kept.
Bytes sign_on_token(const UsePointer& use, std::function<Bytes(EVP_PKEY*)> sign) {
    const auto signature = std::make_shared<Bytes>();
    auto done = use->key == nullptr
                    ? Result<void>(fail(ErrorCode::officer_credential_invalid, "the officer's key is locked"))
                    : use->module->call([key = use->key, pin = use->pin, sign = std::move(sign),
                                         signature](Pkcs11Library& library) -> Result<void> {
                          library.pin = pin;
                          ERR_clear_error();
                          *signature = sign(key);
                          library.pin.clear();
                          if (!signature->empty()) return {};
                          return fail(module_error("the officer's card did not sign"));
                      });
    if (done) return *signature;
    use->failure = std::move(done).error();
    return {};
}

int rsa_private_encrypt(int size, const unsigned char* from, unsigned char* to, RSA* rsa, int padding) {
    const auto* use = static_cast<UsePointer*>(RSA_get_ex_data(rsa, rsa_index()));
    if (use == nullptr) return -1;
    const Bytes signature = sign_on_token(*use, [input = Bytes(from, from + size), padding](EVP_PKEY* key) {
        const RSA* token = EVP_PKEY_get0_RSA(key);
        Bytes out(static_cast<std::size_t>(RSA_size(token)));
        const int length = RSA_private_encrypt(static_cast<int>(input.size()), input.data(), out.data(),
                                               const_cast<RSA*>(token), padding);
        out.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
        return out;
    });
    if (signature.empty() || signature.size() > static_cast<std::size_t>(RSA_size(rsa))) return -1;
    std::copy(signature.begin(), signature.end(), to);
    return static_cast<int>(signature.size());
}

ECDSA_SIG* ec_sign(const unsigned char* digest, int size, const BIGNUM*, const BIGNUM*, EC_KEY* ec) {
    const auto* use = static_cast<UsePointer*>(EC_KEY_get_ex_data(ec, ec_index()));
    if (use == nullptr) return nullptr;
    const Bytes der = sign_on_token(*use, [input = Bytes(digest, digest + size)](EVP_PKEY* key) {
        auto* token = const_cast<EC_KEY*>(EVP_PKEY_get0_EC_KEY(key));
        ECDSA_SIG* signature = ECDSA_do_sign(input.data(), static_cast<int>(input.size()), token);
        Bytes out = signature == nullptr ? Bytes{} : ossl::to_der(signature, i2d_ECDSA_SIG);
        ECDSA_SIG_free(signature);
        return out;
    });
    const unsigned char* cursor = der.data();
    return der.empty() ? nullptr : d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size()));
}

int ec_sign_der(int, const unsigned char* digest, int size, unsigned char* to, unsigned* length, const BIGNUM*,
                const BIGNUM*, EC_KEY* ec) {
    ECDSA_SIG* signature = ec_sign(digest, size, nullptr, nullptr, ec);
    if (signature == nullptr) return 0;
    const int written = i2d_ECDSA_SIG(signature, &to);
    ECDSA_SIG_free(signature);
    *length = static_cast<unsigned>(std::max(written, 0));
    return written > 0 ? 1 : 0;
}

const RSA_METHOD* rsa_method() {
    static const RSA_METHOD* const kMethod = [] {
        RSA_METHOD* method = RSA_meth_dup(RSA_PKCS1_OpenSSL());
        RSA_meth_set1_name(method, "rakit officer's card");
        RSA_meth_set_priv_enc(method, rsa_private_encrypt);
        RSA_meth_set_flags(method, RSA_meth_get_flags(method) | RSA_FLAG_EXT_PKEY);
        return method;
    }();
    return kMethod;
}

const EC_KEY_METHOD* ec_method() {
    static const EC_KEY_METHOD* const kMethod = [] {
        EC_KEY_METHOD* method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
        EC_KEY_METHOD_set_sign(method, ec_sign_der, nullptr, ec_sign);
        return method;
    }();
    return kMethod;
}

}  // namespace

Result<ossl::PKey> pkcs11_key(const EVP_PKEY* public_key, UsePointer use) {
    ossl::PKey key(EVP_PKEY_new());
    auto owner = std::make_unique<UsePointer>(std::move(use));
    bool good = false;
    if (EVP_PKEY_is_a(public_key, "RSA") == 1) {
        RSA* rsa = RSAPublicKey_dup(EVP_PKEY_get0_RSA(public_key));
        good = rsa != nullptr && RSA_set_method(rsa, rsa_method()) == 1 &&
               RSA_set_ex_data(rsa, rsa_index(), owner.get()) == 1;
        if (good) owner.release();
        good = good && EVP_PKEY_set1_RSA(key.get(), rsa) == 1;
        RSA_free(rsa);
    } else if (EVP_PKEY_is_a(public_key, "EC") == 1) {
        EC_KEY* ec = EC_KEY_dup(EVP_PKEY_get0_EC_KEY(public_key));
        good = ec != nullptr && EC_KEY_set_method(ec, ec_method()) == 1 &&
               EC_KEY_set_ex_data(ec, ec_index(), owner.get()) == 1;
        if (good) owner.release();
        good = good && EVP_PKEY_set1_EC_KEY(key.get(), ec) == 1;
        EC_KEY_free(ec);
    } else {
        return fail(ErrorCode::unsupported, "an officer's key is RSA or EC");
    }
    if (!good) return fail(ErrorCode::crypto_failed, "the officer's key: " + ossl::last_error());
    return key;
}

}  // namespace rakit::reference
