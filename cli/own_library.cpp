#include "cli/own_library.hpp"

namespace rakit::cli {

std::filesystem::path own_library(const std::string& name) {
    std::error_code problem;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", problem);
    return program.parent_path().parent_path() / "lib" / "rakit" / name;
}

}  // namespace rakit::cli
