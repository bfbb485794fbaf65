#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reference/session/update.hpp"

namespace rakit::cli {

/// The JSON forms of docs/formats/events.md; the verbs' --json prints the same.
nlohmann::json contents_json(const reference::Contents& contents);
nlohmann::json procedures_json(const std::vector<reference::Procedure>& procedures);
nlohmann::json fields_json(const std::vector<reference::Field>& fields);
/// form_json is the whole prompt for the input view.
nlohmann::json form_json(const reference::InputForm& form);
nlohmann::json result_json(const Result<reference::UpdateOutcome>& outcome);

/// one_line writes without line feeds; what is no UTF-8 is replaced.
std::string one_line(const nlohmann::json& value);

}  // namespace rakit::cli
