// pcscd looks for USB drivers in a folder that is compiled in. In a sandbox that folder is `bundles` beside this
// library: these doubles of three functions of libc send it there.
#include <dirent.h>
#include <dlfcn.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "virtual_cards/ifd/usb_bus.hpp"

namespace {

constexpr std::string_view kDrivers = "/usr/lib/pcsc/drivers";

std::string own_path(const char* path) {
    const std::string_view wanted = path == nullptr ? "" : path;
    if (!wanted.starts_with(kDrivers)) return std::string(wanted);
    return (rakit::ifd::UsbBus::the_one().folder() / "bundles").string() + std::string(wanted.substr(kDrivers.size()));
}

template <class F>
F real(const char* name, F) {
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

DIR* opendir(const char* path) { return real("opendir", &::opendir)(own_path(path).c_str()); }
FILE* fopen(const char* path, const char* mode) { return real("fopen", &::fopen)(own_path(path).c_str(), mode); }
void* dlopen(const char* path, int mode) noexcept {
    const auto call = real("dlopen", &::dlopen);
    return path == nullptr ? call(nullptr, mode) : call(own_path(path).c_str(), mode);
}
}
#pragma GCC visibility pop
