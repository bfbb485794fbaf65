#pragma once

#include <map>
#include <string>

#include "common/base/result.hpp"
#include "mock_cm/core/certificate_search.hpp"

namespace rakit::cm {

/// read_search reads the parameters of `GET /certificates` (docs/formats/cm-rest.md). Failure: request_malformed, also
/// for a parameter that it doesn't know.
Result<CertificateSearch> read_search(const std::map<std::string, std::string>& query);

/// read_time reads a moment: `2026-01-31T23:59:59Z`, or a day, which begins at midnight UTC.
std::optional<UtcTime> read_time(const std::string& text);

}  // namespace rakit::cm
