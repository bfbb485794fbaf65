#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace rakit::scenarios {

/// Task is what a worker is told to run.
struct Task {
    std::string file;
    std::string id;
    int run = 1;
    std::uint64_t seed = 1;
    std::string trace;  ///< file that takes each event as it comes
};
std::string pack(const Task& task);
Result<Task> unpack_task(std::string_view line);

}  // namespace rakit::scenarios
