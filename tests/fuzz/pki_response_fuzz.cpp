// The content of a Full PKI Response, as the RA reads it, control by control.
#include "reference/cm/bodies.hpp"
#include "reference/cm/cmc.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit::reference;
    const auto controls = cmc::decode_pki_response({data, size});
    if (!controls) return 0;
    for (const auto& control : *controls) {
        (void)cmc::decode_integer(control.value);
        (void)cmc::decode_status_info(control.value);
        if (const auto octets = cmc::decode_octets(control.value)) (void)read_response_info(*octets);
    }
    return 0;
}
