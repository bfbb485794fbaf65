#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "common/base/result.hpp"

namespace rakit {

/// TemporaryFolder is a new folder, mode 0700, that goes with the object and all that is in it.
class TemporaryFolder {
public:
    /// make makes `parent`/`prefix`-XXXXXX. Failure: file_unwritable.
    static Result<TemporaryFolder> make(const std::filesystem::path& parent, const std::string& prefix);

    TemporaryFolder(TemporaryFolder&& other) noexcept : x_path(std::exchange(other.x_path, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();

    const std::filesystem::path& path() const { return x_path; }

private:
    explicit TemporaryFolder(std::filesystem::path path) : x_path(std::move(path)) {}
    std::filesystem::path x_path;
};

}  // namespace rakit
