// The data objects of a PIV card, as the RA reads them. The first octet chooses the object.
#include "reference/card/profiles/piv/objects.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit::reference::piv;
    if (size == 0) return 0;
    const rakit::ByteView content(data + 1, size - 1);
    data[0] % 2 == 0 ? (void)read_certificate(content) : (void)read_guid(content);
    return 0;
}
