// The content of a Full PKI Request, as the CM host reads it.
#include "mock_cm/core/cmc.hpp"
#include "mock_cm/core/order.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = rakit::cm::parse_pki_data({data, size});
    if (!parsed.flaw) (void)rakit::cm::read_order(parsed, {});
    return 0;
}
