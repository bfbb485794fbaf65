#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "common/x509/certificate.hpp"

namespace rakit::x509 {

/// CmsMessage is a CMS message with the certificates of its bag, in their order. Nothing is verified.
struct CmsMessage {
    ossl::CmsContentInfo cms;
    /// What of the bag could be read. Some certificates may stand here alone and no longer in `cms`: OpenSSL must be
    /// given them with `stack`.
    std::vector<Certificate> certificates;
    std::size_t unread = 0;  ///< how many could not

    /// stack is the certificates for a function of OpenSSL, which shares them.
    ossl::Certificates stack() const;
};

/// Known finds a certificate that was decoded before by its octets.
using Known = std::function<std::optional<Certificate>(ByteView)>;

/// parse_cms reads one whole CMS message, BER; certificates that are known aren't decoded again. Failure:
/// crypto_failed, with the offset of what stands behind the message in `where`.
Result<CmsMessage> parse_cms(ByteView ber, const Known& known = {});

}  // namespace rakit::x509
