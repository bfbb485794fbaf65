#pragma once

#include <stdlib.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace rakit::cm {

struct Ran {
    int status = -1;
    std::string output;  ///< standard output and error
};

/// run gives a command to the shell, for half a minute at most, unless it needs longer.
inline Ran run(const std::string& command, int seconds = 30) {
    Ran ran;
    FILE* pipe = ::popen(("exec 2>&1 </dev/null; timeout " + std::to_string(seconds) + " " + command).c_str(), "r");
    if (pipe == nullptr) return ran;
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) ran.output.append(buffer, n);
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

/// TemporaryFolder is removed with what is in it.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = "/tmp/rakit-test-XXXXXX";
        if (::mkdtemp(pattern.data()) != nullptr) x_path = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!x_path.empty()) std::filesystem::remove_all(x_path, ignored);
    }
    std::filesystem::path operator/(const std::string& name) const { return x_path / name; }
    std::string string() const { return x_path.string(); }

private:
    std::filesystem::path x_path;
};

}  // namespace rakit::cm
