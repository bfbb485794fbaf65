#pragma once

#include <vector>

#include "common/base/result.hpp"
#include "common/ossl/handles.hpp"
#include "reference/officer/officer.hpp"

namespace rakit::reference {

/// client_tls_context makes the TLS settings of a client: TLS >= 1.2, the server verified against the anchors, the
/// officer's certificate, chain and key if there is an officer. Plaintext buffers are cleansed, an OP PIN passes
/// through them. Failures: officer_credential_invalid, crypto_failed.
Result<ossl::SslContext> client_tls_context(const std::vector<x509::Certificate>& anchors,
                                            const OfficerCredential* officer);

/// expect_host makes a handshake fail unless the server's certificate is for this name or address (RFC 6125), and sends
/// the name in the handshake.
bool expect_host(SSL* tls, const std::string& host);

}  // namespace rakit::reference
