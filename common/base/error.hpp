#pragma once

#include <string>

#include "common/base/error_code.hpp"

namespace rakit {

/// Error is a failure with an address: which cause, what exactly, in what, and where.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string detail;   ///< what was wrong, in a person's words; never holds a secret
    std::string context;  ///< what was being done, outermost first, separated by ": "
    std::string where;    ///< file:line:column, INS+SW, offset, HTTP status - the place, if there is one
    std::string remedy;   ///< what to do; empty where docs/errors.md says it well enough
    std::string line;     ///< the key line concerned, by key id in hex; empty if none

    /// in puts an outer context before what is there.
    Error&& in(std::string_view outer) &&;
    bool operator==(const Error&) const = default;
};

/// to_string gives one line: `CODE: context: detail, where, remedy`.
std::string to_string(const Error& error);

}  // namespace rakit
