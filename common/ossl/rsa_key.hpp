#pragma once

#include "common/base/result.hpp"
#include "common/base/rng.hpp"
#include "common/ossl/handles.hpp"

namespace rakit::ossl {

/// generate_rsa_key makes an RSA key of any even size in bits, as generate_key does for those that have a KeyType.
Result<PKey> generate_rsa_key(int bits, Rng& rng);

}  // namespace rakit::ossl
