#include "virtual_cards/sandbox/reader_conf.hpp"

#include <fmt/format.h>

namespace rakit::cards {

std::string driver_name(const std::string& reader_name, int driver) {
    return driver == 0 ? reader_name : fmt::format("{} {}", reader_name, driver + 1);
}

std::string reader_conf(const std::vector<std::string>& names, const std::vector<ReaderEntry>& entries) {
    std::string text;
    std::size_t driver = 0;
    for (const auto& entry : entries)
        text += fmt::format("FRIENDLYNAME \"{}\"\nDEVICENAME /dev/null:0x{:04X}\nLIBPATH {}\nCHANNELID 0x{:04X}\n\n",
                            names[driver++], entry.port, entry.driver.string(), entry.port);
    return text;
}

std::vector<std::string> slot_names(const std::vector<std::string>& drivers) {
    std::vector<std::string> names;
    for (const auto& driver : drivers)
        for (int slot = 0; slot < kSlotsPerDriver; ++slot) names.push_back(fmt::format("{} 00 {:02X}", driver, slot));
    return names;
}

std::vector<std::string> reader_names(const std::string& reader_name, int slots) {
    std::vector<std::string> names;
    for (int slot = 0; slot < slots; ++slot)
        names.push_back(
            fmt::format("{} 00 {:02X}", driver_name(reader_name, slot / kSlotsPerDriver), slot % kSlotsPerDriver));
    return names;
}

}  // namespace rakit::cards
