#include "common/ossl/certification_request.hpp"

#include <openssl/asn1t.h>

namespace rakit::ossl {
namespace {

struct KeyInfo {
    X509_ALGOR* algorithm;
    ASN1_BIT_STRING* key;
};

/// RequestInfo keeps its octets in `enc`: they are what was signed.
struct RequestInfo {
    ASN1_ENCODING enc;
    ASN1_INTEGER* version;
    X509_NAME* subject;
    KeyInfo* key;
    STACK_OF(X509_ATTRIBUTE) * attributes;
};

}  // namespace

struct CertificationRequest::Parts {
    RequestInfo* info;
    X509_ALGOR* algorithm;
    ASN1_BIT_STRING* signature;
};

namespace {

using Request = CertificationRequest::Parts;

// The macros want names without a scope, and make functions that are not all called.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wzero-as-null-pointer-constant"

// clang-format off
ASN1_SEQUENCE(KeyInfo) = {
    ASN1_SIMPLE(KeyInfo, algorithm, X509_ALGOR),
    ASN1_SIMPLE(KeyInfo, key, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(KeyInfo)

ASN1_SEQUENCE_enc(RequestInfo, enc, nullptr) = {
    ASN1_SIMPLE(RequestInfo, version, ASN1_INTEGER),
    ASN1_SIMPLE(RequestInfo, subject, X509_NAME),
    ASN1_SIMPLE(RequestInfo, key, KeyInfo),
    ASN1_IMP_SET_OF_OPT(RequestInfo, attributes, X509_ATTRIBUTE, 0),
} ASN1_SEQUENCE_END_enc(RequestInfo, RequestInfo)

ASN1_SEQUENCE(Request) = {
    ASN1_SIMPLE(Request, info, RequestInfo),
    ASN1_SIMPLE(Request, algorithm, X509_ALGOR),
    ASN1_SIMPLE(Request, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(Request)
// clang-format on
#pragma GCC diagnostic pop

                        Bytes encoded(const void* value, const ASN1_ITEM* item) {
    return to_der(static_cast<const ASN1_VALUE*>(value),
                  [item](const ASN1_VALUE* from, unsigned char** out) { return ASN1_item_i2d(from, out, item); });
}

}  // namespace

std::optional<CertificationRequest> CertificationRequest::parse(ByteView der) {
    const unsigned char* cursor = der.data();
    auto* parts = reinterpret_cast<Parts*>(
        ASN1_item_d2i(nullptr, &cursor, static_cast<long>(der.size()), ASN1_ITEM_rptr(Request)));
    if (parts == nullptr) return std::nullopt;
    CertificationRequest request(parts);
    if (cursor != der.data() + der.size()) return std::nullopt;
    return request;
}

void CertificationRequest::Free::operator()(Parts* parts) const {
    ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(parts), ASN1_ITEM_rptr(Request));
}

Bytes CertificationRequest::spki() const { return encoded(x_parts->info->key, ASN1_ITEM_rptr(KeyInfo)); }

Bytes CertificationRequest::subject() const { return to_der(x_parts->info->subject, i2d_X509_NAME); }

const STACK_OF(X509_ATTRIBUTE) * CertificationRequest::attributes() const { return x_parts->info->attributes; }

bool CertificationRequest::verify(EVP_PKEY* key) const {
    return ASN1_item_verify(ASN1_ITEM_rptr(RequestInfo), x_parts->algorithm, x_parts->signature, x_parts->info, key) ==
           1;
}

}  // namespace rakit::ossl
