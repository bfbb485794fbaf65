#pragma once

#include "mock_cm/core/context.hpp"
#include "mock_cm/core/order.hpp"

namespace rakit::cm {

/// make_certificate signs what a certificate procedure makes of a judged line (RFC 5280 section 4), for this key:
/// validity within the issuer's, QC statements merged, revocation addresses if the host has a public URL.
Result<x509::Certificate> make_certificate(const Context& context, const CertificateProcedure& procedure,
                                           const Order& order, const OrderLine& line, Bytes serial, Bytes spki);

/// issuing_authority names the CA that signs: the procedure's, or a deviation's.
std::string issuing_authority(const Context& context, const CertificateProcedure& procedure);

}  // namespace rakit::cm
