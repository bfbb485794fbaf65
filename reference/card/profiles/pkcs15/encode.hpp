#pragma once

#include <optional>
#include <string>

#include "common/x509/certificate.hpp"
#include "reference/card/profiles/pkcs15/objects.hpp"

namespace rakit::reference::pkcs15 {

/// encode_certificate writes a CDF entry (PKCS#15 section 6.6) for a certificate in a file. What the model has of
/// common attributes is kept, what it copied from its certificate (subject, issuer, serial number, hash) is renewed,
/// and what can't be renewed (other identifiers) is left out. An empty label keeps the model's.
Bytes encode_certificate(const std::optional<CertificateObject>& model, ByteView id, const std::string& label,
                         ByteView path, const x509::Certificate& certificate);

}  // namespace rakit::reference::pkcs15
