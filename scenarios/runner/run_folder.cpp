#include "scenarios/runner/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rakit::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "rakit-run";
constexpr const char* kLock = "lock";
constexpr mode_t kEnterable = 0711;

/// dead tells whether a folder is ours and nobody holds its lock. One without a lock file is just being made.
bool dead(const fs::path& folder) {
    struct stat state {};
    if (::lstat(folder.c_str(), &state) != 0 || !S_ISDIR(state.st_mode) || state.st_uid != ::geteuid()) return false;
    const Descriptor lock(::open((folder / kLock).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    return lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

Result<RunFolder> RunFolder::make(const fs::path& parent) {
    auto folder = TemporaryFolder::make(parent, kPrefix);
    if (!folder) return Unexpected{std::move(folder).error()};
    // Locked under another name first: a lock file that isn't locked yet would look like a dead run's.
    const fs::path path = folder->path() / kLock, unlocked = folder->path() / "unlocked";
    Descriptor lock(::open(unlocked.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 || ::rename(unlocked.c_str(), path.c_str()) != 0 ||
        ::chmod(folder->path().c_str(), kEnterable) != 0 || ::mkdir(keys(folder->path()).c_str(), 0700) != 0)
        return fail(ErrorCode::file_unwritable, std::strerror(errno), folder->path().string());
    return RunFolder(std::move(*folder), std::move(lock));
}

fs::path RunFolder::trace_file(std::size_t task) const { return path() / (std::to_string(task) + ".jsonl"); }

int sweep(const fs::path& parent) {
    int removed = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (entry.path().filename().string().rfind(std::string(kPrefix) + "-", 0) != 0 || !dead(entry.path())) continue;
        if (fs::remove_all(entry.path(), ignored) > 0) ++removed;
    }
    return removed;
}

}  // namespace rakit::scenarios
