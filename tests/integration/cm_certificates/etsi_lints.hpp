#pragma once

#include <set>
#include <string>

#include "common/x509/certificate.hpp"

namespace rakit::cm::test {

/// etsi_lints gives the names, zlint's, of the ETSI EN 319 412-5 rules that a certificate breaks. Of other code than
/// the CM's: it reads the extension by OpenSSL's generic ASN.1 printer.
std::set<std::string> etsi_lints(const x509::Certificate& certificate);

}  // namespace rakit::cm::test
