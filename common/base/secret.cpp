#include "common/base/secret.hpp"

#include <openssl/crypto.h>

#include <string>

namespace rakit {

void wipe(void* memory, std::size_t size) { OPENSSL_cleanse(memory, size); }

bool equal_secret(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Pin Pin::clone() const { return Pin(as_text(x_digits)); }

std::string to_string(const Pin& pin) { return "<pin, " + std::to_string(pin.size()) + " digits>"; }

}  // namespace rakit
