// What the CM's REST dialect takes apart before anybody is known: targets, media types, forms. One octet chooses.
#include "mock_cm/web/media_type.hpp"
#include "mock_cm/web/multipart.hpp"
#include "mock_cm/web/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const ByteView input(data + 1, size - 1);
    switch (data[0] % 3) {
        case 0: (void)cm::parse_target(as_text(input)); break;
        case 1: (void)cm::parse_media_type(as_text(input)); break;
        default: (void)cm::parse_form("multipart/form-data; boundary=x", input); break;
    }
    return 0;
}
