#pragma once

#include "mock_cm/core/order.hpp"

namespace rakit::cm {

/// read_crmf reads a CertReqMsg (RFC 4211 section 3) into a line: public key, subject, proof of possession. `witnessed`
/// tells whether the registration authority vouches for the key (lraPOPWitness); raVerified counts only with it, a
/// signature by itself. Failure: request_malformed.
Result<void> read_crmf(ByteView der, bool witnessed, OrderLine& line);

}  // namespace rakit::cm
