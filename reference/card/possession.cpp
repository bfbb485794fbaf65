#include "reference/card/possession.hpp"

#include "reference/card/card_crypto.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kChallengeSize = 32;

Unexpected openssl_failed(const char* what) {
    return fail(ErrorCode::crypto_failed, std::string(what) + ": " + ossl::last_error());
}

/// encrypt pads by RFC 8017 section 7.2.1 and encrypts; the padding is from `rng`, so that a seed repeats a run.
Result<Bytes> encrypt(EVP_PKEY* key, ByteView message, Rng& rng) {
    const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key));
    Bytes padded{0x00, 0x02};
    while (padded.size() < size - message.size() - 1)
        if (const auto octet = rng.bytes(1).front(); octet != 0) padded.push_back(octet);
    padded.push_back(0x00);
    append(padded, message);
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    Bytes cryptogram(size);
    std::size_t written = size;
    if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
        EVP_PKEY_encrypt(context.get(), cryptogram.data(), &written, padded.data(), padded.size()) != 1)
        return openssl_failed("encrypting a challenge");
    return cryptogram;
}

/// point_of gives an EC key's uncompressed public point.
Result<Bytes> point_of(EVP_PKEY* key) {
    unsigned char* octets = nullptr;
    const auto size = EVP_PKEY_get1_encoded_public_key(key, &octets);
    if (size == 0) return openssl_failed("a public point");
    Bytes point(octets, octets + size);
    OPENSSL_free(octets);
    return point;
}

Result<Bytes> derive(EVP_PKEY* own, EVP_PKEY* peer) {
    const ossl::PKeyContext context(EVP_PKEY_CTX_new(own, nullptr));
    std::size_t size = 0;
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 || EVP_PKEY_derive_set_peer(context.get(), peer) != 1 ||
        EVP_PKEY_derive(context.get(), nullptr, &size) != 1)
        return openssl_failed("a key agreement");
    Bytes secret(size);
    if (EVP_PKEY_derive(context.get(), secret.data(), &size) != 1) return openssl_failed("a key agreement");
    secret.resize(size);
    return secret;
}

Result<void> compare(ByteView wanted, const Result<SecretBytes>& got, const KeyLine& key) {
    if (!got) return fail(got.error());
    if (equal_secret(wanted, *got)) return {};
    return fail(
        Error{ErrorCode::pop_failed, "the card doesn't hold the private key of key " + key.id, {}, {}, {}, key.id});
}

}  // namespace

Result<void> prove_possession(const CardProfile& profile, ApduChannel& card, const KeyLine& key, Rng& rng) {
    auto public_key = ossl::parse_spki(key.spki);
    if (!public_key) return fail(std::move(public_key).error().in("key " + key.id));
    if (!elliptic(key.type)) {
        const Bytes challenge = rng.bytes(kChallengeSize);
        auto cryptogram = encrypt(public_key->get(), challenge, rng);
        if (!cryptogram) return fail(cryptogram.error());
        return compare(challenge, profile.decipher(card, key, *cryptogram), key);
    }
    auto fresh = ossl::generate_key(key.type, rng);
    if (!fresh) return fail(fresh.error());
    auto point = point_of(fresh->get());
    auto wanted = derive(fresh->get(), public_key->get());
    if (!point) return fail(point.error());
    if (!wanted) return fail(wanted.error());
    return compare(*wanted, profile.agree(card, key, *point), key);
}

}  // namespace rakit::reference
