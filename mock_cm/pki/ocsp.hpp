#pragma once

#include "common/base/rng.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// OcspResponders are one delegated responder for each CA (RFC 6960 section 4.2.2.2): a key, a certificate by the CA
/// with EKU OCSPSigning and id-pkix-ocsp-nocheck.
class OcspResponders {
public:
    /// make issues certificates that are valid around `now`. Failure: crypto_failed.
    static Result<OcspResponders> make(const Hierarchy& hierarchy, UtcTime now, Rng& rng);
    /// serves tells whether all are valid at this moment, with time left for who keeps an answer.
    bool serves(UtcTime now) const;
    const Authority& of(const std::string& ca) const { return x_responders.at(ca); }

private:
    std::map<std::string, Authority> x_responders;
    UtcTime x_from{}, x_until{};
};

/// OcspAnswer is an OCSPResponse, and whether the question could be read.
struct OcspAnswer {
    Bytes der;
    bool well_formed = true;
};

/// answer_ocsp answers one OCSPRequest about certificates of one CA of the hierarchy. A serial number that nothing is
/// said against is good (RFC 6960 section 2.2), also one that the database doesn't hold: cards come with older
/// certificates. Of another CA: unknown. Questions about several CAs at once: malformedRequest, as what can't be read.
/// Failures: io_failed, crypto_failed.
Result<OcspAnswer> answer_ocsp(const Hierarchy& hierarchy, const OcspResponders& responders, StoreTransaction& store,
                               ByteView request, UtcTime now);

}  // namespace rakit::cm
