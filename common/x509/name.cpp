#include "common/x509/name.hpp"

#include <openssl/objects.h>

#include "common/ossl/handles.hpp"

namespace rakit::x509 {

Result<Bytes> encode_name(const DistinguishedName& name) {
    const ossl::Name out(X509_NAME_new());
    for (const auto& [type, value] : name) {
        const ossl::Object object(OBJ_txt2obj(type.c_str(), 0));
        if (!object) return fail(ErrorCode::crypto_failed, "no attribute type '" + type + "'");
        const auto* data = reinterpret_cast<const unsigned char*>(value.data());
        if (X509_NAME_add_entry_by_OBJ(out.get(), object.get(), MBSTRING_UTF8, data, static_cast<int>(value.size()), -1,
                                       0) != 1)
            return fail(ErrorCode::crypto_failed, "value of " + type + ": " + ossl::last_error());
    }
    return ossl::to_der(out.get(), i2d_X509_NAME);
}

Result<DistinguishedName> decode_name(ByteView der) {
    const unsigned char* cursor = der.data();
    const ossl::Name in(d2i_X509_NAME(nullptr, &cursor, static_cast<long>(der.size())));
    if (!in || cursor != der.data() + der.size())
        return fail(ErrorCode::crypto_failed, "not a Name: " + ossl::last_error());
    DistinguishedName name;
    for (int i = 0; i < X509_NAME_entry_count(in.get()); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(in.get(), i);
        const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
        const int nid = OBJ_obj2nid(object);
        char dotted[128];
        OBJ_obj2txt(dotted, sizeof dotted, object, 1);
        unsigned char* utf8 = nullptr;
        const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
        if (size < 0) return fail(ErrorCode::crypto_failed, std::string("value of ") + dotted + " is no string");
        name.push_back({nid == NID_undef ? dotted : OBJ_nid2sn(nid),
                        std::string(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size))});
        OPENSSL_free(utf8);
    }
    return name;
}

std::string attribute(const DistinguishedName& name, std::string_view type) {
    for (const auto& [t, value] : name)
        if (t == type) return value;
    return {};
}

std::string to_string(const DistinguishedName& name) {
    std::string text;
    for (auto it = name.rbegin(); it != name.rend(); ++it) {
        if (!text.empty()) text += ',';
        text += it->type + '=';
        for (const char c : it->value) {
            if (c == ',' || c == '\\' || c == '+' || c == '"' || c == ';') text += '\\';
            text += c;
        }
    }
    return text;
}

}  // namespace rakit::x509
