#pragma once

#include <string>

#include "reference/session/update.hpp"

namespace rakit::cli {

/// contents_table prints one key per line - id, label, type, PIN and tries, certificate, validity - and a line more for
/// each further certificate of a key. A TC shows its common name, marked TC.
std::string contents_table(const reference::Contents& contents);

/// certificate_title is the common name, else the whole subject; marked if it is a TC.
std::string certificate_title(const reference::StoredCertificate& stored);

}  // namespace rakit::cli
