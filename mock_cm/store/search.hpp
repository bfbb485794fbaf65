#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "mock_cm/core/store.hpp"
#include "mock_cm/store/query.hpp"

namespace rakit::cm {

/// certificate_of reads a row of `SELECT * FROM certificates`.
CertificateRecord certificate_of(Query& row);

/// search_certificates lists one page and counts all; throws what SQLiteCpp throws.
CertificatesFound search_certificates(Connection& database, const CertificateSearch& wanted);

/// search_text is the page's query, for a look at its plan.
std::string search_text(const CertificateSearch& wanted);

}  // namespace rakit::cm
