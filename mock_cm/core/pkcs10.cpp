#include "mock_cm/core/pkcs10.hpp"

#include "common/ossl/decode.hpp"
#include "common/ossl/keys.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(std::string cause, const std::string& line) {
    ossl::last_error();
    return refuse(ErrorCode::request_malformed, std::move(cause), "Build the request as docs/formats/wire.md says.",
                  line);
}

std::string dotted(const ASN1_OBJECT* object) {
    char text[160] = "?";
    OBJ_obj2txt(text, sizeof text, object, 1);
    return text;
}

Unexpected unknown_key(const std::string& line) {
    return malformed("the certification request has a public key of an unknown type or size", line);
}

void read_asked(X509_REQ* request, OrderLine& line) {
    const ossl::Extensions asked(X509_REQ_get_extensions(request));
    for (int i = 0; asked && i < sk_X509_EXTENSION_num(asked.get()); ++i) {
        X509_EXTENSION* extension = sk_X509_EXTENSION_value(asked.get(), i);
        const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(extension);
        const auto* data = ASN1_STRING_get0_data(value);
        line.asked.push_back(
            {dotted(X509_EXTENSION_get_object(extension)), Bytes(data, data + ASN1_STRING_length(value))});
    }
}

}  // namespace

Result<void> read_public_key(Bytes spki, OrderLine& line) {
    const auto key = ossl::parse_spki(spki);
    if (!key || !ossl::key_type(key->get())) return unknown_key(line.key);
    line.spki = std::move(spki);
    return {};
}

Result<void> read_pkcs10(ByteView der, OrderLine& line) {
    const auto [request, size] = ossl::decode_request(der);
    if (!request || size != der.size()) return malformed("the certification request is no PKCS#10", line.key);
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || !ossl::key_type(key)) return unknown_key(line.key);
    line.spki = ossl::to_der(X509_REQ_get_X509_PUBKEY(request.get()), i2d_X509_PUBKEY);
    auto subject = x509::decode_name(ossl::to_der(X509_REQ_get_subject_name(request.get()), i2d_X509_NAME));
    if (!subject) return malformed("the certification request's subject: " + subject.error().detail, line.key);
    line.subject = *std::move(subject);
    read_asked(request.get(), line);
    line.possession = ossl::verify_request(request.get());
    ossl::last_error();
    return {};
}

}  // namespace rakit::cm
