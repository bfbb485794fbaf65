#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rakit::certify {

/// Difference is what two papers don't agree on.
struct Difference {
    std::string what;
    bool verdict = false;  ///< a case or the update came to another verdict, or was judged in one of them only
};

/// compare tells what is different in `after`: reader, service, card, mode, verdicts, and times that are more than half
/// again as long or as short.
std::vector<Difference> compare(const nlohmann::json& before, const nlohmann::json& after);

}  // namespace rakit::certify
