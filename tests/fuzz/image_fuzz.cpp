// A card image in YAML or JSON: refused with its findings, or a card that answers.
#include <cstdlib>

#include "common/document/document.hpp"
#include "virtual_cards/images/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    const auto document = document::read_document("image", as_text({data, size}));
    if (!document.findings.empty()) return 0;
    auto card = cards::open_image({document.value});
    if (!card) return 0;
    (*card)->power_on();
    if ((*card)->handle(Bytes{0x00, 0xA4, 0x00, 0x00}).bytes.size() < 2) std::abort();
    return 0;
}
