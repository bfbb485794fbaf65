// A double of the part of libudev that pcscd uses to find USB readers (libudev.h): preloaded into a sandbox's pcscd, it
// shows the readers of our bus and no others.
#include <cstdlib>
#include <string>

#include "virtual_cards/ifd/usb_bus.hpp"

using rakit::ifd::UsbBus;

#pragma GCC visibility push(default)
extern "C" {

struct udev;
struct udev_monitor;

struct udev_device {
    std::size_t device;
    const char* action;  ///< of a monitor's device; else nullptr
};

struct udev_list_entry {
    std::string name;
    udev_list_entry* next = nullptr;
};

struct udev_enumerate {
    std::vector<udev_list_entry> entries;
};

udev* udev_new() { return reinterpret_cast<udev*>(&UsbBus::the_one()); }
udev* udev_unref(udev*) { return nullptr; }

udev_monitor* udev_monitor_new_from_netlink(udev* bus, const char*) { return reinterpret_cast<udev_monitor*>(bus); }
int udev_monitor_filter_add_match_subsystem_devtype(udev_monitor*, const char*, const char*) { return 0; }
int udev_monitor_enable_receiving(udev_monitor*) { return 0; }
int udev_monitor_get_fd(udev_monitor*) { return UsbBus::the_one().events(); }
udev_device* udev_monitor_receive_device(udev_monitor*) {
    const auto event = UsbBus::the_one().next();
    return event ? new udev_device{event->device, event->plugged ? "add" : "remove"} : nullptr;
}

udev_enumerate* udev_enumerate_new(udev*) { return new udev_enumerate; }
udev_enumerate* udev_enumerate_unref(udev_enumerate* list) {
    delete list;
    return nullptr;
}
int udev_enumerate_add_match_subsystem(udev_enumerate*, const char*) { return 0; }
int udev_enumerate_scan_devices(udev_enumerate* list) {
    for (const auto at : UsbBus::the_one().plugged()) list->entries.push_back({std::to_string(at)});
    for (std::size_t at = 1; at < list->entries.size(); ++at) list->entries[at - 1].next = &list->entries[at];
    return 0;
}
udev_list_entry* udev_enumerate_get_list_entry(udev_enumerate* list) {
    return list->entries.empty() ? nullptr : list->entries.data();
}
udev_list_entry* udev_list_entry_get_next(udev_list_entry* entry) { return entry->next; }
const char* udev_list_entry_get_name(udev_list_entry* entry) { return entry->name.c_str(); }

udev_device* udev_device_new_from_syspath(udev*, const char* path) {
    return new udev_device{std::strtoul(path, nullptr, 10), nullptr};
}
udev_device* udev_device_unref(udev_device* device) {
    delete device;
    return nullptr;
}
udev_device* udev_device_get_parent_with_subsystem_devtype(udev_device* device, const char*, const char*) {
    return device;
}
const char* udev_device_get_action(udev_device* device) { return device->action; }
const char* udev_device_get_devnode(udev_device* device) { return UsbBus::the_one().node(device->device).c_str(); }
const char* udev_device_get_sysname(udev_device* device) { return UsbBus::the_one().name(device->device).c_str(); }
const char* udev_device_get_sysattr_value(udev_device*, const char* name) {
    const std::string_view attribute(name);
    if (attribute == "idVendor") return rakit::ifd::kVendorId;
    if (attribute == "idProduct") return rakit::ifd::kProductId;
    if (attribute == "bInterfaceNumber") return "00";
    return nullptr;
}
}
#pragma GCC visibility pop
