#pragma once

#include <cstdint>
#include <string>

namespace rakit::certify {

/// status_name gives a PC/SC status as winscard.h calls it, e.g. `SCARD_E_TIMEOUT`; another number in hexadecimal.
/// 8010001F is SCARD_E_UNSUPPORTED_FEATURE: pcsc-lite has two names for it.
std::string status_name(std::int64_t status);

}  // namespace rakit::certify
