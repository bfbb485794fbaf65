#include "virtual_cards/ifd/usb_bus.hpp"

#include <dlfcn.h>
#include <sys/eventfd.h>

#include <cstdio>
#include <fstream>

namespace rakit::ifd {
namespace {

std::filesystem::path own_folder() {
    Dl_info info{};
    static const char here = 0;
    if (::dladdr(&here, &info) == 0 || info.dli_fname == nullptr) return {};
    return std::filesystem::path(info.dli_fname).parent_path();
}

}  // namespace

UsbBus& UsbBus::the_one() {
    static auto* const bus = new UsbBus;  // never destroyed: pcscd's threads may outlive static objects
    return *bus;
}

/// A line of the file is `plugged NODE` or `unplugged NODE`; the sandbox writes it.
UsbBus::UsbBus() : x_folder(own_folder()), x_events(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
    std::ifstream file(x_folder / "bus");
    std::string state;
    std::string node;
    while (file >> state >> node) {
        const auto place = parse_place(node);
        if (!place) continue;
        const auto at = x_slots.size();
        auto slot = Slot::open(*place, [this, at](bool plugged) { tell(at, plugged); });
        if (!slot) {
            std::fprintf(stderr, "rakit reader shim: %s\n", to_string(slot.error()).c_str());
            continue;
        }
        if (state == "unplugged") (*slot)->start_unplugged();
        x_slots.push_back({node, "rakit" + std::to_string(at), std::move(*slot)});
    }
}

std::vector<std::size_t> UsbBus::plugged() const {
    std::vector<std::size_t> there;
    for (std::size_t at = 0; at < x_slots.size(); ++at)
        if (x_slots[at].slot->settings().plugged) there.push_back(at);
    return there;
}

Slot* UsbBus::slot(std::string_view node) const {
    for (const auto& device : x_slots)
        if (node.ends_with(device.node)) return device.slot.get();
    return nullptr;
}

void UsbBus::tell(std::size_t device, bool plugged) {
    {
        std::lock_guard lock(x_mutex);
        x_queue.push_back({device, plugged});
    }
    ::eventfd_write(x_events.get(), 1);
}

std::optional<PlugEvent> UsbBus::next() {
    eventfd_t count = 0;
    if (::eventfd_read(x_events.get(), &count) != 0) return std::nullopt;
    std::lock_guard lock(x_mutex);
    const auto event = x_queue.front();
    x_queue.pop_front();
    return event;
}

}  // namespace rakit::ifd
