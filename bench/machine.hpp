#pragma once

#include <nlohmann/json_fwd.hpp>

namespace rakit::bench {

/// machine tells where and with what a run was made: processor, cores, load, kernel, compiler, libraries.
nlohmann::ordered_json machine();

/// cpu_ms is the CPU time of this process so far, all threads, user and system, in milliseconds.
double cpu_ms();

}  // namespace rakit::bench
