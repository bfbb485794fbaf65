#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.hpp"

namespace rakit::cli {

/// run_command runs a program (found by PATH) with our environment and `environment` besides, in a process group of its
/// own that gets the terminal if we had it, and gives its exit status: 128+n when signal n killed it, 127 when it isn't
/// there, 126 when it can't be run. What it left behind in its group is killed when it ends, and also when we die.
/// SIGINT, SIGTERM, SIGHUP and SIGQUIT that reach us are passed on to it. Failure: io_failed.
Result<int> run_command(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment);

}  // namespace rakit::cli
