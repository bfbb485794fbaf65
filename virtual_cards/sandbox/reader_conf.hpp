#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rakit::cards {

/// kSlotsPerDriver is what one copy of vpcd's driver offers, at its port and the next one.
inline constexpr int kSlotsPerDriver = 2;
/// kMaxSlots is pcscd's limit of readers.
inline constexpr int kMaxSlots = 16;

/// ReaderEntry is one entry of reader.conf: one copy of the driver with its two slots.
struct ReaderEntry {
    std::filesystem::path driver;  ///< absolute; no two entries share one, the driver keeps its state in the library
    std::uint16_t port;            ///< of the first slot
};

/// driver_name is `NAME` for the first copy of the driver (0), then `NAME 2`, `NAME 3`.
std::string driver_name(const std::string& reader_name, int driver);

/// reader_conf writes the text of a reader.conf (reader.conf(5)), a name for each entry. A name must hold no quote or
/// line break.
std::string reader_conf(const std::vector<std::string>& names, const std::vector<ReaderEntry>& entries);

/// slot_names gives what pcscd calls the slots of drivers with these names.
std::vector<std::string> slot_names(const std::vector<std::string>& drivers);

/// reader_names gives what pcscd calls the slots: `NAME 00 00`, `NAME 00 01`, `NAME 2 00 00`, `NAME 2 00 01`, `NAME 3
/// 00 00`,
/// ... pcscd 1.9 counts readers of one name within one driver library only, so each further copy needs a name of its
/// own.
std::vector<std::string> reader_names(const std::string& reader_name, int slots);

}  // namespace rakit::cards
