#include <openssl/x509v3.h>

#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "scenarios/runner/card_judge.hpp"

namespace rakit::scenarios {
namespace {

/// A field's attribute by OpenSSL's short name; wire.md has the fields. An e-mail address is a subjectAltName.
const std::map<std::string, std::string> kAttributes{
    {"commonName", "CN"},  {"givenName", "GN"},          {"surname", "SN"}, {"serialNumber", "serialNumber"},
    {"organization", "O"}, {"organizationalUnit", "OU"}, {"country", "C"},  {"title", "title"}};

std::optional<std::string> email(const x509::Certificate& certificate) {
    auto* names =
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.handle(), NID_subject_alt_name, nullptr, nullptr));
    std::optional<std::string> found;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_EMAIL) continue;
        const auto* text = ASN1_STRING_get0_data(name->d.rfc822Name);
        found = std::string(text, text + ASN1_STRING_length(name->d.rfc822Name));
    }
    GENERAL_NAMES_free(names);
    return found;
}

std::optional<std::string> field(const x509::Certificate& certificate, const std::string& name) {
    if (name == "email") return email(certificate);
    const auto attribute = kAttributes.find(name);
    for (const auto& [type, value] : certificate.subject())
        if (type == (attribute == kAttributes.end() ? name : attribute->second)) return value;
    return std::nullopt;
}

std::string dotted(ByteView oid) {
    const auto* at = oid.data();
    ASN1_OBJECT* object = d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(oid.size()));
    char text[128] = "?";
    if (object != nullptr) OBJ_obj2txt(text, sizeof text, object, 1);
    ASN1_OBJECT_free(object);
    return text;
}

/// statements lists the OIDs of qcStatements (RFC 3739 section 3.2.6: SEQUENCE OF SEQUENCE { OID, ANY }).
std::vector<std::string> statements(const x509::Certificate& certificate) {
    std::vector<std::string> oids;
    const int at = X509_get_ext_by_NID(certificate.handle(), NID_qcStatements, -1);
    if (at < 0) return oids;
    const auto* value = X509_EXTENSION_get_data(X509_get_ext(certificate.handle(), at));
    const ByteView octets(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)));
    const auto all = iso7816::TlvReader(octets).read(0x30);
    if (!all) return {"unreadable"};
    iso7816::TlvReader each(all->value);
    while (!each.at_end()) {
        const auto one = each.read(0x30);
        const auto oid =
            one ? iso7816::TlvReader(one->value).read(0x06) : Result<iso7816::Tlv>(fail(ErrorCode::internal, ""));
        if (!oid) return {"unreadable"};
        oids.push_back(dotted(oid->whole));
    }
    return oids;
}

}  // namespace

std::vector<Mismatch> judge_content(const std::string& what, const ContentAfter& expect,
                                    const x509::Certificate& certificate) {
    std::vector<Mismatch> found;
    for (const auto& [name, value] : expect.subject)
        if (const auto seen = field(certificate, name); seen != value)
            found.push_back({what + name + " of the certificate", value.value_or("absent"), seen.value_or("absent")});
    if (!expect.qc) return found;
    auto wanted = *expect.qc;
    auto seen = statements(certificate);
    std::sort(wanted.begin(), wanted.end());
    std::sort(seen.begin(), seen.end());
    if (wanted != seen) found.push_back({what + "QC statements of the certificate", list(wanted), list(seen)});
    return found;
}

}  // namespace rakit::scenarios
