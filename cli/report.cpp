#include <cstdio>

#include "cli/printable.hpp"
#include "cli/remedies.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {

std::string whole_number(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::string() : "'" + text + "' is no whole number from 0 on";
}

int report(const Error& error, int status) {
    // A file's name, a card or a host may bring octets that a terminal would obey.
    std::fprintf(stderr, "rakit: %s\n", printable_lines(to_string(with_remedy(error))).c_str());
    return status;
}

int status_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::usage:
        case ErrorCode::file_unreadable:
        case ErrorCode::file_unwritable:
        case ErrorCode::document_invalid:
        case ErrorCode::package_missing:
        case ErrorCode::prompt_unavailable:
        case ErrorCode::service_absent:
        case ErrorCode::reader_absent:
        case ErrorCode::officer_credential_invalid: return kNotTried;
        default: return kFailed;
    }
}

}  // namespace rakit::cli
