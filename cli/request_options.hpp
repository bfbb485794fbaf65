#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "reference/session/update.hpp"

namespace rakit::cli {

/// RequestOptions are what `update` and `batch` may be told of the order beforehand.
struct RequestOptions {
    std::vector<std::string> actions;
    std::vector<std::string> fields;
    std::vector<std::string> qc;
    bool replace_ca = false;
    const CLI::Option* replace = nullptr;
    std::string procedure;
    std::string order = "pin-first";
    reference::UpdateRequest asked;  ///< what needs no reading

    /// request reads the texts. Failure: usage.
    Result<reference::UpdateRequest> request() const;
};

/// add_request_options registers them.
void add_request_options(CLI::App& verb, RequestOptions& options);

}  // namespace rakit::cli
