#pragma once

// For this folder's .cpp files only: Asio's TLS costs every translation unit seconds.
#include "common/net/asio.hpp"

#include "mock_cm/ca/hierarchy.hpp"

namespace rakit::cm {

/// server_context makes the TLS settings of the host: its certificate, TLS 1.2 and up, client certificates asked for.
Result<boost::asio::ssl::context> server_context(const Hierarchy& hierarchy);

/// officer_certificate gives the DER of the peer's certificate if the officer CA signed it; else nothing.
Bytes officer_certificate(SSL* connection, const x509::Certificate& officer_ca);

}  // namespace rakit::cm
