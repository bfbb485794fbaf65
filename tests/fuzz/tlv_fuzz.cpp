#include <cstdlib>

#include "common/iso7816/tlv.hpp"

namespace {

void walk(rakit::ByteView bytes, int depth) {
    rakit::iso7816::TlvReader reader(bytes);
    while (!reader.at_end()) {
        const std::size_t before = reader.offset();
        const auto tlv = reader.read();
        if (!tlv) {
            if (reader.offset() != before) std::abort();
            return;
        }
        if (tlv->whole.size() != reader.offset() - before) std::abort();
        if (tlv->constructed() && depth < 32) walk(tlv->value, depth + 1);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    walk({data, size}, 0);
    return 0;
}
