#pragma once

#include "mock_cm/core/order.hpp"

namespace rakit::cm {

/// read_pkcs10 reads a certification request (RFC 2986) into a line: public key, subject, whether its signature
/// verifies, and the extensions that it asks for. Failure: request_malformed.
Result<void> read_pkcs10(ByteView der, OrderLine& line);

/// read_public_key takes a DER SubjectPublicKeyInfo into a line. Failure: request_malformed for a type or size that
/// ossl::KeyType has not.
Result<void> read_public_key(Bytes spki, OrderLine& line);

}  // namespace rakit::cm
