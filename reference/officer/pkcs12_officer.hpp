#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// Pkcs12Officer is a software token (RFC 7292): one key, its certificate, and the CA certificates that came along.
/// The certificate can be read before unlock() only if the file keeps it in an unencrypted bag; see
/// certificate_readable().
class Pkcs12Officer final : public OfficerCredential {
public:
    /// open reads a PKCS#12 file. Failures: file_unreadable, officer_credential_invalid with the path in `where`.
    static Result<std::unique_ptr<Pkcs12Officer>> open(const std::filesystem::path& path);
    /// from_bytes reads a PKCS#12's outer structure, DER. Failure: officer_credential_invalid.
    static Result<std::unique_ptr<Pkcs12Officer>> from_bytes(ByteView der);

    /// certificate_readable tells whether certificate() may be asked: always after a first unlock(), before it only
    /// where the certificate bag is not encrypted.
    bool certificate_readable() const { return x_certificate.has_value(); }
    /// certificate aborts unless certificate_readable().
    const x509::Certificate& certificate() const override;
    const std::vector<x509::Certificate>& chain() const override { return x_chain; }
    bool is_soft_token() const override { return true; }
    EVP_PKEY* key() const override { return x_key.get(); }
    /// unlock checks the MAC with the PIN, then opens key, certificate and chain. Failures: pin_wrong (a file damaged
    /// inside its encrypted parts looks the same); officer_credential_invalid for what the PIN opens but is no
    /// credential. Nothing changes on failure. No number of tries is counted: a file can't.
    Result<void> unlock(const Pin& signature_pin) override;
    void lock() override { x_key.reset(); }

private:
    explicit Pkcs12Officer(ossl::Pkcs12 container);

    ossl::Pkcs12 x_container;
    ossl::PKey x_key;
    std::optional<x509::Certificate> x_certificate;
    std::vector<x509::Certificate> x_chain;
};

}  // namespace rakit::reference
