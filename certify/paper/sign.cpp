#include "certify/paper/sign.hpp"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "common/base/file.hpp"
#include "common/ossl/handles.hpp"

namespace rakit::certify {
namespace {

using ossl::last_error;

/// Credential is a key with its certificate, and those of its issuers that came along.
struct Credential {
    ossl::PKey key;
    ossl::X509Certificate certificate;
    ossl::Certificates others{sk_X509_new_null()};
};

Unexpected useless(const std::filesystem::path& file, const std::string& why) {
    return fail(ErrorCode::officer_credential_invalid, why, file.string(),
                "name a PEM file with a private key and its certificate, or a PKCS#12 file");
}

int no_passphrase(char*, int, int, void*) { return -1; }

Result<Credential> from_pem(ByteView content, const std::filesystem::path& file) {
    Credential found;
    const auto keys = ossl::memory_bio(content);
    found.key.reset(PEM_read_bio_PrivateKey(keys.get(), nullptr, no_passphrase, nullptr));
    if (!found.key) return useless(file, "no private key that can be read: " + last_error());
    const auto certificates = ossl::memory_bio(content);
    while (X509* one = PEM_read_bio_X509(certificates.get(), nullptr, no_passphrase, nullptr)) {
        if (!found.certificate && X509_check_private_key(one, found.key.get()) == 1)
            found.certificate.reset(one);
        else
            sk_X509_push(found.others.get(), one);
    }
    last_error();
    if (!found.certificate) return useless(file, "no certificate of that key");
    return found;
}

Result<Credential> from_pkcs12(ByteView content, const std::filesystem::path& file, const SecretBytes& passphrase) {
    const unsigned char* at = content.data();
    const ossl::Pkcs12 store(d2i_PKCS12(nullptr, &at, static_cast<long>(content.size())));
    if (!store) return useless(file, "neither PEM nor PKCS#12: " + last_error());
    SecretBytes text(passphrase);
    text.push_back(0);
    EVP_PKEY* key = nullptr;
    X509* certificate = nullptr;
    STACK_OF(X509)* others = nullptr;
    if (PKCS12_parse(store.get(), reinterpret_cast<const char*>(text.data()), &key, &certificate, &others) != 1)
        return useless(file, "it can't be opened: wrong passphrase?");
    Credential found;
    found.key.reset(key);
    found.certificate.reset(certificate);
    if (others != nullptr) found.others.reset(others);
    if (!found.key || !found.certificate) return useless(file, "it holds no key with its certificate");
    return found;
}

Result<ossl::Store> trust(const std::filesystem::path& file) {
    const auto content = read_file(file);
    if (!content) return Unexpected{content.error()};
    ossl::Store store(X509_STORE_new());
    const auto bio = ossl::memory_bio(*content);
    int count = 0;
    while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
        count += X509_STORE_add_cert(store.get(), one);
        X509_free(one);
    }
    last_error();
    if (count == 0) return fail(ErrorCode::document_invalid, "no certificate in PEM form", file.string());
    // A signer may be trusted by itself, and is whoever the user trusts, whatever its certificate is for.
    X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
    X509_STORE_set_purpose(store.get(), X509_PURPOSE_ANY);
    return store;
}

std::string subject_of(CMS_ContentInfo* cms) {
    const ossl::Handle<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }> signers(
        CMS_get0_signers(cms));
    if (!signers || sk_X509_num(signers.get()) == 0) return {};
    const ossl::Bio text(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(text.get(), X509_get_subject_name(sk_X509_value(signers.get(), 0)), 0, XN_FLAG_RFC2253);
    return std::string(as_text(ossl::bio_content(text.get())));
}

}  // namespace

Result<Bytes> sign(ByteView paper, const std::filesystem::path& file, const SecretBytes& passphrase) {
    const auto content = read_file(file);
    if (!content) return Unexpected{content.error()};
    const bool pem = as_text(*content).find("-----BEGIN") != std::string_view::npos;
    auto credential = pem ? from_pem(*content, file) : from_pkcs12(*content, file, passphrase);
    if (!credential) return Unexpected{std::move(credential).error()};
    const auto data = ossl::memory_bio(paper);
    constexpr unsigned kFlags = CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP;
    const ossl::CmsContentInfo cms(
        CMS_sign(credential->certificate.get(), credential->key.get(), credential->others.get(), data.get(), kFlags));
    if (!cms) return fail(ErrorCode::crypto_failed, "CMS: " + last_error());
    auto der = ossl::to_der(cms.get(), i2d_CMS_ContentInfo);
    if (der.empty()) return fail(ErrorCode::crypto_failed, "CMS: " + last_error());
    return der;
}

Result<Signer> verify(ByteView paper, ByteView signature, const std::filesystem::path& trusted) {
    auto store = trust(trusted);
    if (!store) return Unexpected{std::move(store).error()};
    const unsigned char* at = signature.data();
    const ossl::CmsContentInfo cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(signature.size())));
    if (!cms) return fail(ErrorCode::document_invalid, "the signature is no CMS structure: " + last_error());
    const auto data = ossl::memory_bio(paper);
    if (CMS_verify(cms.get(), nullptr, store->get(), data.get(), nullptr, CMS_BINARY) != 1)
        return fail(ErrorCode::signature_invalid,
                    "the paper isn't as it was signed, or its signer isn't trusted: " + last_error());
    return Signer{subject_of(cms.get())};
}

}  // namespace rakit::certify
