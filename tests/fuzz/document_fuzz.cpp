#include <cstdlib>

#include "common/base/bytes.hpp"
#include "common/document/document.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    static const auto schema = nlohmann::json::parse(
        R"({"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"integer"}}}})");
    auto document = document::read_document("input", as_text({data, size}));
    for (const auto& finding : document.findings)
        if (finding.at.line < 1 || finding.at.column < 1) std::abort();
    if (document.findings.empty()) document::check(document, schema);
    return 0;
}
