#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"

namespace rakit::cm {

/// CertificateOrder is what a list of certificates is sorted by; equal ones by id.
enum class CertificateOrder { id, serial, common_name, not_before, not_after };

/// CertificateSearch says which certificates to list; what is empty doesn't restrict. A text that ends in `*` matches
/// what begins with it.
struct CertificateSearch {
    std::optional<std::int64_t> id;
    std::string card_serial;         ///< upper-case hex
    std::string serial;              ///< of the certificate, upper-case hex
    std::string common_name;         ///< of the subject
    std::string issuer_common_name;  ///< of the issuer
    std::string subject_key_id;      ///< upper-case hex
    std::optional<bool> revoked;
    std::optional<bool> active;         ///< false: on hold, its order not confirmed
    std::optional<UtcTime> valid_from;  ///< notBefore is not earlier
    std::optional<UtcTime> valid_to;    ///< notAfter is not later
    CertificateOrder order = CertificateOrder::id;
    bool descending = false;
    std::size_t limit = 500;
    std::size_t offset = 0;
};

}  // namespace rakit::cm
