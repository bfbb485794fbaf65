#pragma once

#include <filesystem>
#include <string>

namespace rakit::cli {

/// own_library gives the path of a library that belongs to this program: ../lib/rakit beside it.
std::filesystem::path own_library(const std::string& name);

}  // namespace rakit::cli
