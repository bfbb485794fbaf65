#pragma once

#include <string>
#include <string_view>

namespace rakit {

/// lower_case folds ASCII letters, as field names and media types are compared (RFC 9110 sections 5.1 and 8.3.1).
inline std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

}  // namespace rakit
