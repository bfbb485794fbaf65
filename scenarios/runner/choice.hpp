#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/runner/scenario.hpp"
#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {

/// chosen tells whether a case meets each filter: a glob over its id, `tag:T`, or `code:C` (an error code that it
/// expects anywhere). `!` before a filter turns it round.
bool chosen(const Case& one, const std::vector<std::string>& filters);

/// unchanged_first puts the cases that leave their card as it is before the others: once a real card is changed, few
/// cases want it as it is.
void unchanged_first(std::vector<Case>& cases);

/// parse_shard reads `I/N`, I from 1. Failure: usage.
Result<Shard> parse_shard(const std::string& text);

/// shard_of_environment takes the shard that a CI has given us: GTEST_SHARD_INDEX and GTEST_TOTAL_SHARDS (from 0),
/// GitLab's CI_NODE_INDEX and CI_NODE_TOTAL (from 1), or JOB_COMPLETION_INDEX of a Kubernetes Indexed Job (from 0) with
/// JOB_COMPLETIONS, which its manifest sets. Whole if there is none. Failure: usage (half of a pair, out of range).
Result<Shard> shard_of_environment(const std::function<std::optional<std::string>(const char*)>& variable);

/// belongs tells whether the case at this position (from 0) is the shard's.
bool belongs(std::size_t position, const Shard& shard);

}  // namespace rakit::scenarios
