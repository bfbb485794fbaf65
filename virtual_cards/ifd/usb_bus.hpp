#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/ifd/slot.hpp"

namespace rakit::ifd {

/// kVendorId and kProductId are those of every reader on the bus, as its bundle lists them.
inline constexpr const char* kVendorId = "5241";
inline constexpr const char* kProductId = "0001";

/// PlugEvent is a reader that came or went.
struct PlugEvent {
    std::size_t device;
    bool plugged;
};

/// UsbBus is where pcscd believes to find its readers: the double of libudev (udev.cpp) tells it of them. pcscd's own
/// code for USB readers is the only one of Debian's that ever lets a reader go.
class UsbBus {
public:
    /// the_one reads its readers from the file `bus` beside this library and opens their slots, once.
    static UsbBus& the_one();

    /// devices are those that were plugged when asked for.
    std::vector<std::size_t> plugged() const;
    /// node is what stands for a device's file: where its slot is.
    const std::string& node(std::size_t device) const { return x_slots.at(device).node; }
    const std::string& name(std::size_t device) const { return x_slots.at(device).name; }
    Slot* slot(std::string_view node) const;
    /// events gets readable with each PlugEvent.
    int events() const { return x_events.get(); }
    /// next takes one PlugEvent, if there is one.
    std::optional<PlugEvent> next();
    /// folder is where this library and what belongs to it lie.
    const std::filesystem::path& folder() const { return x_folder; }

private:
    struct Device {
        std::string node;
        std::string name;  ///< as udev would call it
        std::unique_ptr<Slot> slot;
    };
    UsbBus();
    void tell(std::size_t device, bool plugged);

    std::filesystem::path x_folder;
    std::vector<Device> x_slots;
    Descriptor x_events;
    std::mutex x_mutex;
    std::deque<PlugEvent> x_queue;
};

}  // namespace rakit::ifd
