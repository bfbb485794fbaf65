#include <cstdlib>

#include "common/iso7816/apdu.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    const ByteView input(data, size);
    // What parses must be written again as it came, but for an Le that a shorter form can carry.
    if (const auto command = iso7816::parse_command(input); command && iso7816::encode(*command).size() != size)
        std::abort();
    if (const auto response = iso7816::parse_response(input);
        response && !equal_bytes(iso7816::encode(*response), input))
        std::abort();
    return 0;
}
