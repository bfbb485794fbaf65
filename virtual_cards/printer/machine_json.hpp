#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/base/result.hpp"
#include "virtual_cards/printer/machine.hpp"

namespace rakit::printer {

/// parse_fault reads a fault of docs/formats/printer-control.md, checked against the schema before. Failure:
/// document_invalid.
Result<Fault> parse_fault(const nlohmann::json& value);

/// kept_json gives what a printer keeps without power: where each card is, cover, ribbon, counters, and the faults that
/// still strike.
nlohmann::json kept_json(const Machine& machine);

/// machine_from makes a machine without power of what kept_json gave. Failure: document_invalid.
Result<Machine> machine_from(const nlohmann::json& kept);

}  // namespace rakit::printer
