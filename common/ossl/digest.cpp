#include "common/ossl/digest.hpp"

#include <openssl/evp.h>

#include <cstdlib>

namespace rakit::ossl {
namespace {

Bytes digest(ByteView data, const EVP_MD* algorithm) {
    Bytes out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
    unsigned size = 0;
    if (EVP_Digest(data.data(), data.size(), out.data(), &size, algorithm, nullptr) != 1) std::abort();
    return out;
}

}  // namespace

Bytes sha1(ByteView data) { return digest(data, EVP_sha1()); }

Bytes sha256(ByteView data) { return digest(data, EVP_sha256()); }

}  // namespace rakit::ossl
