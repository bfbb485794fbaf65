#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "common/base/temporary_folder.hpp"
#include "virtual_cards/sandbox/reader_conf.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"

namespace rakit::cards {

/// own_folder makes `parent`/rakit-XXXXXX, which others may enter but not list. Failure: file_unwritable.
Result<TemporaryFolder> own_folder(const std::filesystem::path& parent);

/// check_machine looks whether a sandbox can be had: the packages, the options, pcscd's folder (made if we are root).
Result<void> check_machine(const SandboxOptions& options);

/// DriverPlan is one reader of the daemon's configuration.
struct DriverPlan {
    DriverKind kind;
    std::string name;
    std::vector<std::string> slots;  ///< as pcscd will call them
};

/// driver_plans says which readers the options need.
std::vector<DriverPlan> driver_plans(const SandboxOptions& options);

/// control_of is where the shim's `at`-th reader makes its control socket, below the sandbox's folder.
std::filesystem::path control_of(const std::filesystem::path& folder, std::size_t at);

/// free_ports picks `count` first ports of free pairs, below the range that the kernel hands out by itself.
Result<std::vector<std::uint16_t>> free_ports(int count);

/// write_configuration copies the drivers below `folder`, writes reader.conf for vpcd's readers, and the virtual USB
/// bus with its bundle for the shim's. Failure: file_unwritable.
Result<void> write_configuration(const SandboxOptions& options, const std::filesystem::path& folder,
                                 const std::vector<std::uint16_t>& ports);

/// preload_of is what pcscd starts with: the shim, where it makes readers.
std::filesystem::path preload_of(const SandboxOptions& options, const std::filesystem::path& folder);

/// listen_at makes the clients' socket, mode 0600. Failure: io_failed.
Result<Descriptor> listen_at(const std::filesystem::path& socket);

}  // namespace rakit::cards
