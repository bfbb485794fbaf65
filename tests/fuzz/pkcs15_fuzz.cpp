// The directory files of a PKCS#15 card, as the RA reads them. The first octet chooses the file.
#include "reference/card/profiles/pkcs15/objects.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit::reference::pkcs15;
    if (size == 0) return 0;
    const rakit::ByteView file(data + 1, size - 1);
    switch (data[0] % 6) {
        case 0: (void)parse_odf(file); break;
        case 1: (void)parse_keys(file); break;
        case 2: (void)parse_certificates(file); break;
        case 3: (void)parse_pins(file); break;
        case 4: (void)parse_token_info(file); break;
        default: (void)parse_path(file); break;
    }
    return 0;
}
