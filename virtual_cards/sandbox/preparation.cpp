#include "virtual_cards/sandbox/preparation.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>
#include <utility>

#include "common/base/file.hpp"
#include "common/base/socket.hpp"

namespace rakit::cards {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDaemonFolder = "/run/pcscd";
constexpr std::uint16_t kFirstPort = 20000;  // Linux hands out 32768 and above by itself
constexpr std::uint16_t kLastPort = 32000;
constexpr int kPortTries = 1000;

Unexpected system_failure(ErrorCode code, const fs::path& path) {
    return fail(code, std::strerror(errno), path.string());
}

Result<void> check_daemon_folder() {
    if (::geteuid() == 0) {
        if (::mkdir(kDaemonFolder, 0755) != 0 && errno != EEXIST)
            return system_failure(ErrorCode::file_unwritable, kDaemonFolder);
        return {};
    }
    if (::access(kDaemonFolder, F_OK) != 0)
        return fail(ErrorCode::file_unwritable, "pcscd doesn't start without its folder", kDaemonFolder,
                    "as root: install -d -m 755 /run/pcscd");
    if (::access(kDaemonFolder, W_OK) == 0)
        return fail(ErrorCode::unsupported,
                    "a private pcscd would overwrite the host daemon's files, which this user may write", kDaemonFolder,
                    "use another user, or root");
    return {};
}

bool is_free(std::uint16_t port) {
    const Descriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    return probe && ::bind(probe.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
}

}  // namespace

Result<TemporaryFolder> own_folder(const fs::path& parent) {
    auto folder = TemporaryFolder::make(parent, "rakit");
    if (folder) ::chmod(folder->path().c_str(), 0711);
    return folder;
}

Result<void> check_machine(const SandboxOptions& options) {
    if (options.slots < 0 || options.slots > kMaxSlots)
        return fail(ErrorCode::usage, "a sandbox has 0 to 16 readers, not " + std::to_string(options.slots), {},
                    "more readers means more sandboxes");
    if (options.reader_name.empty() || options.reader_name.size() > 100 ||
        options.reader_name.find_first_of("\"\n\r\\") != std::string::npos)
        return fail(ErrorCode::usage, "a reader's name has 1 to 100 characters, no quotation mark and no backslash");
    if (::access(options.pcscd.c_str(), X_OK) != 0)
        return fail(ErrorCode::package_missing, "there is no PC/SC daemon", options.pcscd.string(),
                    "apt-get install pcscd");
    if (options.driver_kind == DriverKind::shim && ::access(options.shim.c_str(), R_OK) != 0)
        return fail(ErrorCode::package_missing, "there is no reader shim", options.shim.string(),
                    "it belongs beside the program: lib/rakit/librakit-shim.so");
    if (options.driver_kind == DriverKind::shim && options.reader_name.find_first_of("<>&") != std::string::npos)
        return fail(ErrorCode::usage, "the name of a shim's reader has none of < > &");
    const bool wants_vpcd = options.driver_kind == DriverKind::vpcd || !options.more_readers.empty();
    if (wants_vpcd && ::access(options.driver.c_str(), R_OK) != 0)
        return fail(ErrorCode::package_missing, "there is no vpcd driver", options.driver.string(),
                    "apt-get install vsmartcard-vpcd");
    return check_daemon_folder();
}

std::vector<DriverPlan> driver_plans(const SandboxOptions& options) {
    std::vector<DriverPlan> plans;
    const auto vpcd = [&](const std::string& name) {
        plans.push_back({DriverKind::vpcd, name, {name + " 00 00", name + " 00 01"}});
    };
    if (options.driver_kind == DriverKind::shim)
        for (int slot = 0; slot < options.slots; ++slot)  // pcscd counts like readers of one driver
            plans.push_back(
                {DriverKind::shim, options.reader_name, {fmt::format("{} {:02X} 00", options.reader_name, slot)}});
    else
        for (int slot = 0; slot < options.slots; slot += slots_per_driver(DriverKind::vpcd))
            vpcd(driver_name(options.reader_name, slot / slots_per_driver(DriverKind::vpcd)));
    for (const auto& name : options.more_readers) vpcd(name);
    return plans;
}

fs::path control_of(const fs::path& folder, std::size_t at) {
    return folder / "readers" / (std::to_string(at) + ".sock");
}

Result<std::vector<std::uint16_t>> free_ports(int count) {
    std::random_device seed;
    std::uniform_int_distribution<int> any(kFirstPort / 2, kLastPort / 2);
    std::vector<std::uint16_t> ports;
    for (int tries = 0; tries < kPortTries && std::cmp_less(ports.size(), count); ++tries) {
        const auto port = static_cast<std::uint16_t>(2 * any(seed));
        bool fresh = is_free(port) && is_free(static_cast<std::uint16_t>(port + 1));
        for (const auto taken : ports) fresh = fresh && taken != port;
        if (fresh) ports.push_back(port);
    }
    if (std::cmp_less(ports.size(), count)) return fail(ErrorCode::io_failed, "no free TCP ports for vpcd");
    return ports;
}

namespace {

/// make_folders makes what pcscd's user reads, and the one that it writes to.
Result<void> make_folders(const fs::path& folder) {
    std::error_code problem;
    for (const char* name : {"reader.conf.d", "drivers", "nothing", "readers"}) {
        fs::create_directory(folder / name, problem);
        if (problem) return fail(ErrorCode::file_unwritable, problem.message(), folder.string());
        ::chmod((folder / name).c_str(), 0755);  // whatever the umask is
    }
    const auto readers = folder / "readers";
    ::chmod(readers.c_str(), 0700);
    if (::geteuid() == 0 && ::chown(readers.c_str(), kUnprivileged, kUnprivileged) != 0)
        return system_failure(ErrorCode::file_unwritable, readers);
    return {};
}

Result<void> copy_driver(const fs::path& from, const fs::path& to) {
    std::error_code problem;
    fs::copy_file(from, to, problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), to.string());
    ::chmod(to.c_str(), 0755);
    return {};
}

/// write_readable writes a file that pcscd's user reads, whatever the umask is.
Result<void> write_readable(const fs::path& file, const std::string& text) {
    if (auto done = write_file_atomically(file, as_bytes(text), 0644); !done) return done;
    ::chmod(file.c_str(), 0644);
    return {};
}

/// write_bus lays the shim beside the list of its readers, and a bundle that pcscd finds it by (virtual_cards/ifd).
Result<void> write_bus(const SandboxOptions& options, const fs::path& folder, const std::vector<ReaderEntry>& readers) {
    const auto drivers = folder / "drivers";
    if (auto done = copy_driver(options.shim, drivers / kShimFile); !done) return done;
    std::string bus;
    for (const auto& reader : readers)
        bus += (options.late_readers ? "unplugged " : "plugged ") + device_name(reader) + "\n";
    if (auto done = write_readable(drivers / "bus", bus); !done) return done;
    const auto contents = drivers / "bundles" / "rakit.bundle" / "Contents";
    std::error_code problem;
    fs::create_directories(contents / "Linux", problem);
    fs::create_symlink(drivers / kShimFile, contents / "Linux" / kShimFile, problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), contents.string());
    for (auto at = contents / "Linux"; at != drivers; at = at.parent_path()) ::chmod(at.c_str(), 0755);
    return write_readable(contents / "Info.plist", bundle_info(options.reader_name));
}

}  // namespace

Result<void> write_configuration(const SandboxOptions& options, const fs::path& folder,
                                 const std::vector<std::uint16_t>& ports) {
    if (auto made = make_folders(folder); !made) return made;
    std::vector<ReaderEntry> vpcd;
    std::vector<ReaderEntry> shim;
    for (const auto& plan : driver_plans(options)) {
        const auto at = vpcd.size() + shim.size();
        if (plan.kind == DriverKind::shim) {
            shim.push_back({plan.name, {}, control_of(folder, at).string(), ports.at(at)});
            continue;
        }
        const auto driver = folder / "drivers" / ("libifdvpcd-" + std::to_string(at) + ".so");
        if (auto done = copy_driver(options.driver, driver); !done) return done;
        vpcd.push_back({plan.name, driver, "/dev/null", ports.at(at)});
    }
    if (!shim.empty())
        if (auto done = write_bus(options, folder, shim); !done) return done;
    if (auto done = write_readable(folder / "reader.conf.d" / "vpcd", reader_conf(vpcd)); !done) return done;
    return write_file_atomically(folder / "pcscd.log", {}, 0600);
}

fs::path preload_of(const SandboxOptions& options, const fs::path& folder) {
    return options.driver_kind == DriverKind::shim ? folder / "drivers" / kShimFile : fs::path();
}

Result<Descriptor> listen_at(const fs::path& socket) {
    const auto at = unix_address(socket);
    if (!at) return fail(ErrorCode::io_failed, "the path is too long for a socket", socket.string());
    Descriptor listener = listen_unix(*at, 64);
    if (!listener) return fail(ErrorCode::io_failed, std::strerror(errno), socket.string());
    return listener;
}

}  // namespace rakit::cards
