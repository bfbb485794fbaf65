#include "virtual_cards/sandbox/reader_conf.hpp"

#include <fmt/format.h>

namespace rakit::cards {
namespace {

constexpr int kVpcdSlots = slots_per_driver(DriverKind::vpcd);

}  // namespace

std::string driver_name(const std::string& reader_name, int driver) {
    return driver == 0 ? reader_name : fmt::format("{} {}", reader_name, driver + 1);
}

std::string device_name(const ReaderEntry& entry) { return fmt::format("{}:0x{:04X}", entry.device, entry.port); }

std::string bundle_info(const std::string& reader_name) {
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n";
    const auto add = [&](const char* key, const std::string& value) {
        text += fmt::format("    <key>{}</key>\n    <string>{}</string>\n", key, value);
    };
    const auto list = [&](const char* key, const std::string& value) {
        text += fmt::format("    <key>{}</key>\n    <array>\n        <string>{}</string>\n    </array>\n", key, value);
    };
    add("CFBundleExecutable", kShimFile);
    list("ifdVendorID", "0x5241");
    list("ifdProductID", "0x0001");
    list("ifdFriendlyName", reader_name);
    return text + "</dict>\n</plist>\n";
}

std::string reader_conf(const std::vector<ReaderEntry>& entries) {
    std::string text;
    for (const auto& entry : entries)
        text += fmt::format("FRIENDLYNAME \"{}\"\nDEVICENAME {}\nLIBPATH {}\nCHANNELID 0x{:04X}\n\n", entry.name,
                            device_name(entry), entry.driver.string(), entry.port);
    return text;
}

std::vector<std::string> reader_names(const std::string& reader_name, int slots) {
    std::vector<std::string> names;
    for (int slot = 0; slot < slots; ++slot)
        names.push_back(fmt::format("{} 00 {:02X}", driver_name(reader_name, slot / kVpcdSlots), slot % kVpcdSlots));
    return names;
}

}  // namespace rakit::cards
