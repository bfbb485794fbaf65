#include "virtual_cards/applets/tester/crc32.hpp"

#include <array>

namespace rakit::cards::tester {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        auto value = i;
        for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? 0xEDB88320U ^ value >> 1 : value >> 1;
        table[i] = value;
    }
    return table;
}

constexpr auto kTable = make_table();

}  // namespace

std::uint32_t crc32(ByteView data) {
    std::uint32_t value = 0xFFFFFFFFU;
    for (const auto octet : data) value = kTable[(value ^ octet) & 0xFFU] ^ value >> 8;
    return ~value;
}

}  // namespace rakit::cards::tester
