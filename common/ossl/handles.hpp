#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "common/base/bytes.hpp"

namespace rakit::ossl {

/// Deleter calls an OpenSSL free function.
template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

inline void free_extensions(STACK_OF(X509_EXTENSION) * stack) {
    sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
inline void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using PKey = Handle<EVP_PKEY, EVP_PKEY_free>;
using PKeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using BigNumber = Handle<BIGNUM, BN_clear_free>;
using BigNumberContext = Handle<BN_CTX, BN_CTX_free>;
using Bio = Handle<BIO, BIO_free_all>;
using X509Certificate = Handle<X509, X509_free>;
using X509Request = Handle<X509_REQ, X509_REQ_free>;
using X509Crl = Handle<X509_CRL, X509_CRL_free>;
using Name = Handle<X509_NAME, X509_NAME_free>;
using Store = Handle<X509_STORE, X509_STORE_free>;
using StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using Extensions = Handle<STACK_OF(X509_EXTENSION), free_extensions>;
using Certificates = Handle<STACK_OF(X509), free_certificates>;
using CmsContentInfo = Handle<CMS_ContentInfo, CMS_ContentInfo_free>;
using Pkcs12 = Handle<PKCS12, PKCS12_free>;
using SslContext = Handle<SSL_CTX, SSL_CTX_free>;
using Integer = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;
using Object = Handle<ASN1_OBJECT, ASN1_OBJECT_free>;

/// last_error takes the newest message off OpenSSL's queue and clears the queue.
std::string last_error();

/// memory_bio borrows octets for reading; they must outlive it.
Bio memory_bio(ByteView content);

/// bio_content copies what was written to a memory BIO.
Bytes bio_content(BIO* bio);

/// to_der encodes with any i2d function: `to_der(certificate, i2d_X509)`. Empty on failure.
template <class T, class Encode>
Bytes to_der(T* object, Encode encode) {
    unsigned char* out = nullptr;
    const int size = encode(object, &out);
    if (size <= 0) return {};
    Bytes der(out, out + size);
    OPENSSL_free(out);
    return der;
}

}  // namespace rakit::ossl
