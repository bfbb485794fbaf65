#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"

namespace rakit::reference {

/// CsvRow is one record and the line that it begins on, from 1.
struct CsvRow {
    int line = 1;
    std::vector<std::string> cells;
};

/// parse_csv reads RFC 4180's form: commas, quotation marks doubled inside quoted cells, CRLF or LF. Empty lines are
/// left out. Failure: document_invalid (a quotation mark that isn't closed or stands within a plain cell).
Result<std::vector<CsvRow>> parse_csv(std::string_view text, const std::string& file);

}  // namespace rakit::reference
