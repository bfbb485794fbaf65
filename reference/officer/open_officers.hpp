#pragma once

#include <memory>
#include <string>

#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// Officers are the credentials of an update: whose key signs the requests, and who opens the TLS connection.
struct Officers {
    std::unique_ptr<OfficerCredential> signs;
    std::unique_ptr<OfficerCredential> connects;  ///< null: who signs connects too

    OfficerCredential& tls() const { return connects ? *connects : *signs; }
};

/// open_officers opens each credential by its name: a `pkcs11:` URI, or else a PKCS#12 file. An empty `connects`, or
/// the same name: one credential for both. Failures: those of parse_pkcs11_uri, Pkcs11Officer::open,
/// Pkcs12Officer::open.
Result<Officers> open_officers(const std::string& signs, const std::string& connects = {});

}  // namespace rakit::reference
