#include "common/ossl/handles.hpp"

#include <openssl/err.h>

namespace rakit::ossl {

std::string last_error() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (code == 0) return "OpenSSL gave no reason";
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    return text;
}

Bio memory_bio(ByteView content) { return Bio(BIO_new_mem_buf(content.data(), static_cast<int>(content.size()))); }

Bytes bio_content(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    if (size <= 0) return {};
    return {data, data + size};
}

}  // namespace rakit::ossl
