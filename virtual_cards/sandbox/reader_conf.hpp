#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rakit::cards {

/// DriverKind says whose driver makes the readers.
enum class DriverKind {
    vpcd,  ///< vsmartcard's: two slots a copy, no PIN pad
    shim,  ///< ours (virtual_cards/ifd): right, or wrong on request; one slot a reader
};

/// slots_per_driver is what one reader of a kind offers: vpcd's at its port and the next one.
constexpr int slots_per_driver(DriverKind kind) { return kind == DriverKind::vpcd ? 2 : 1; }
/// kMaxSlots is pcscd's limit of readers.
inline constexpr int kMaxSlots = 16;

/// kShimFile is the shim's name, in the sandbox's folder as in the installation.
inline constexpr const char* kShimFile = "librakit-shim.so";

/// ReaderEntry is one entry of reader.conf.
struct ReaderEntry {
    std::string name;
    std::filesystem::path driver;  ///< absolute; no two entries of vpcd share one: it keeps its state in the library
    std::string device = "/dev/null";  ///< what the driver is told before the port
    std::uint16_t port = 0;            ///< of the first slot
};

/// driver_name is `NAME` for the first copy of the driver (0), then `NAME 2`, `NAME 3`.
std::string driver_name(const std::string& reader_name, int driver);

/// device_name is what a driver is told of a reader.
std::string device_name(const ReaderEntry& entry);

/// bundle_info writes the Info.plist by which pcscd knows the shim's readers on its USB bus. The name must hold none of
/// `<>&`.
std::string bundle_info(const std::string& reader_name);

/// reader_conf writes the text of a reader.conf (reader.conf(5)). A name must hold no quote or line break.
std::string reader_conf(const std::vector<ReaderEntry>& entries);

/// reader_names gives what pcscd calls the slots: `NAME 00 00`, `NAME 00 01`, `NAME 2 00 00`, `NAME 2 00 01`, `NAME 3
/// 00 00`,
/// ... pcscd 1.9 counts readers of one name within one driver library only, so each further copy needs a name of its
/// own.
std::vector<std::string> reader_names(const std::string& reader_name, int slots);

}  // namespace rakit::cards
