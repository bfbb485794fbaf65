#pragma once

// For this folder's .cpp files only: Asio's TLS costs every translation unit seconds.
#include "common/net/asio.hpp"

#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/deviations.hpp"

namespace rakit::cm {

/// server_context makes the TLS settings of the host: its certificate, TLS 1.2 and up, client certificates asked for;
/// or, by the tls_ members of `deviations`, settings that a client must not accept.
Result<boost::asio::ssl::context> server_context(const Hierarchy& hierarchy, const Deviations& deviations);

/// bends_tls tells whether a deviation concerns the handshake.
bool bends_tls(const Deviations& deviations);

/// officer_certificate gives the DER of the peer's certificate if the officer CA signed it; else nothing.
Bytes officer_certificate(SSL* connection, const x509::Certificate& officer_ca);

}  // namespace rakit::cm
