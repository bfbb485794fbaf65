#pragma once

#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// judge compares what was seen with what a case expects, and with what must be true of every update: the card parses,
/// each key keeps itself and at least one certificate, keys that the case doesn't name are as they were, each new
/// certificate is of its key and of an order that the CM stands by, files that have nothing to do with certificates,
/// PINs and management key are as they were, no file is left over, and no secret was written, on the card neither.
/// Empty: all as expected.
std::vector<Mismatch> judge(const Expectation& expect, const Observation& seen);

/// find_secrets looks for PINs in everything written: in ASCII, hex of either case, UTF-16 and base64.
std::vector<Mismatch> find_secrets(const std::vector<Written>& written, const std::vector<Pin>& secrets);

}  // namespace rakit::scenarios
