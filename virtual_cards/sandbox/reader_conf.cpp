#include "virtual_cards/sandbox/reader_conf.hpp"

#include <fmt/format.h>

namespace rakit::cards {
namespace {

constexpr int kVpcdSlots = slots_per_driver(DriverKind::vpcd);

}  // namespace

std::string driver_name(const std::string& reader_name, int driver) {
    return driver == 0 ? reader_name : fmt::format("{} {}", reader_name, driver + 1);
}

std::string reader_conf(const std::vector<ReaderEntry>& entries) {
    std::string text;
    for (const auto& entry : entries)
        text += fmt::format("FRIENDLYNAME \"{}\"\nDEVICENAME {}:0x{:04X}\nLIBPATH {}\nCHANNELID 0x{:04X}\n\n",
                            entry.name, entry.device, entry.port, entry.driver.string(), entry.port);
    return text;
}

std::vector<std::string> reader_names(const std::string& reader_name, int slots) {
    std::vector<std::string> names;
    for (int slot = 0; slot < slots; ++slot)
        names.push_back(fmt::format("{} 00 {:02X}", driver_name(reader_name, slot / kVpcdSlots), slot % kVpcdSlots));
    return names;
}

}  // namespace rakit::cards
