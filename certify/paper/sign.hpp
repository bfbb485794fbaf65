#pragma once

#include <filesystem>

#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace rakit::certify {

/// sign makes a detached CMS signature (RFC 5652), DER, over a paper's octets with what the user named: a PEM file with
/// a private key and its certificate (further certificates go along), or a PKCS#12 file, for which `passphrase` is.
/// Failures: file_unreadable, officer_credential_invalid (no key, no certificate, wrong passphrase), crypto_failed.
Result<Bytes> sign(ByteView paper, const std::filesystem::path& credential, const SecretBytes& passphrase);

/// Signer is who a signature is by.
struct Signer {
    std::string subject;
};

/// verify checks a signature against a paper's octets and the certificates of a PEM file that are trusted. Failures:
/// file_unreadable, document_invalid (no CMS), signature_invalid (another paper, a certificate that isn't trusted).
Result<Signer> verify(ByteView paper, ByteView signature, const std::filesystem::path& trusted);

}  // namespace rakit::certify
