#include "mock_cm/core/pkcs10.hpp"

#include "common/ossl/certification_request.hpp"
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

/// asked_extensions gives those of the first attribute extensionRequest (RFC 2985 section 5.4.2).
ossl::Extensions asked_extensions(const ossl::CertificationRequest& request) {
    for (const int kind : {NID_ext_req, NID_ms_ext_req}) {
        const int at = X509at_get_attr_by_NID(request.attributes(), kind, -1);
        if (at < 0) continue;
        const auto* value = X509_ATTRIBUTE_get0_type(X509at_get_attr(request.attributes(), at), 0);
        if (value == nullptr || value->type != V_ASN1_SEQUENCE) return nullptr;
        const unsigned char* cursor = value->value.sequence->data;
        return ossl::Extensions(reinterpret_cast<STACK_OF(X509_EXTENSION)*>(
            ASN1_item_d2i(nullptr, &cursor, value->value.sequence->length, ASN1_ITEM_rptr(X509_EXTENSIONS))));
    }
    return nullptr;
}

void read_asked(const ossl::CertificationRequest& request, OrderLine& line) {
    const auto asked = asked_extensions(request);
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
    const auto request = ossl::CertificationRequest::parse(der);
    if (!request) return malformed("the certification request is no PKCS#10", line.key);
    line.spki = request->spki();
    const auto key = ossl::parse_spki(line.spki);
    if (!key || !ossl::key_type(key->get())) return unknown_key(line.key);
    auto subject = x509::decode_name(request->subject());
    if (!subject) return malformed("the certification request's subject: " + subject.error().detail, line.key);
    line.subject = *std::move(subject);
    read_asked(*request, line);
    line.possession = request->verify(key->get());
    ossl::last_error();
    return {};
}

}  // namespace rakit::cm
