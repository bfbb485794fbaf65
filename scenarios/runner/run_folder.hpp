#pragma once

#include <filesystem>
#include <memory>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "common/base/temporary_folder.hpp"

namespace rakit::scenarios {

/// RunFolder is where a run keeps everything that is to go with it: its workers' folders, their traces. It is locked as
/// long as the run lives, so that a later run can tell the ones that a killed run left.
class RunFolder {
public:
    /// make makes `parent`/rakit-run-XXXXXX, which others may enter but not list (pcscd runs as another user).
    /// Failures: file_unwritable.
    static Result<RunFolder> make(const std::filesystem::path& parent);
    const std::filesystem::path& path() const { return x_folder.path(); }
    /// keys is where its processes leave the cards' keys that they made for each other.
    static std::filesystem::path keys(const std::filesystem::path& run_folder) { return run_folder / "keys"; }
    /// trace_file is where a worker writes the trace of a task.
    std::filesystem::path trace_file(std::size_t task) const;

private:
    RunFolder(TemporaryFolder folder, Descriptor lock) : x_folder(std::move(folder)), x_lock(std::move(lock)) {}
    TemporaryFolder x_folder;
    Descriptor x_lock;
};

/// sweep removes the run folders in `parent` that are ours and whose run is dead; it says how many.
int sweep(const std::filesystem::path& parent);

}  // namespace rakit::scenarios
