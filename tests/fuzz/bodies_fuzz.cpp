// The JSON bodies that the CM hands out, as the RA reads them, and the journal's open order. One octet chooses.
#include "reference/cm/bodies.hpp"
#include "reference/journal/open_order.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const ByteView input(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0: (void)reference::read_procedures(input); break;
        case 1: (void)reference::read_prepare_answer(input); break;
        case 2: (void)reference::read_response_info(input); break;
        default: (void)reference::parse_open_order("input", as_text(input)); break;
    }
    return 0;
}
