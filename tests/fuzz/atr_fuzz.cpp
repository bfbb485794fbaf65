#include <cstdlib>

#include "common/iso7816/atr.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto atr = rakit::iso7816::parse_atr({data, size});
    if (atr && (atr->historical.size() > 15 || atr->bytes.size() > 33)) std::abort();
    return 0;
}
