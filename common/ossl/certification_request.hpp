#pragma once

#include <optional>

#include "common/ossl/handles.hpp"

namespace rakit::ossl {

/// CertificationRequest is a PKCS#10 request (RFC 2986) whose public key isn't decoded yet: OpenSSL's own X509_REQ does
/// that as soon as it is read, in its long way, and parse_spki has a shorter one.
class CertificationRequest {
public:
    /// parse reads exactly one, DER; nothing if it is none.
    static std::optional<CertificationRequest> parse(ByteView der);

    /// spki is the SubjectPublicKeyInfo, subject the Name, both DER.
    Bytes spki() const;
    Bytes subject() const;
    /// attributes belong to the request; null if there are none.
    const STACK_OF(X509_ATTRIBUTE) * attributes() const;
    /// verify checks the signature over the octets as they came.
    bool verify(EVP_PKEY* key) const;

    struct Parts;

private:
    struct Free {
        void operator()(Parts* parts) const;
    };
    explicit CertificationRequest(Parts* parts) : x_parts(parts) {}
    std::unique_ptr<Parts, Free> x_parts;
};

}  // namespace rakit::ossl
