// What a batch reads: an order list as CSV or YAML, and the journal of a run before. One octet chooses.
#include <cstdlib>

#include "reference/batch/batch_journal.hpp"
#include "reference/batch/orders.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const auto text = as_text(ByteView(data + 1, size - 1));
    if (data[0] % 3 == 2) return (void)reference::parse_batch_record("batch.json", text), 0;
    const auto list = reference::parse_orders(data[0] % 3 == 0 ? "orders.csv" : "orders.yaml", text, {});
    // Refused, but nobody says where.
    if (!list && to_string(list.error()).find("orders.") == std::string::npos) std::abort();
    return 0;
}
