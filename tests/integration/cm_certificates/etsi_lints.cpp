#include "tests/integration/cm_certificates/etsi_lints.hpp"

#include <openssl/asn1t.h>

#include <regex>

namespace rakit::cm::test {
namespace {

/// Statement is a QCStatement in the words of OpenSSL's parser.
struct Statement {
    std::string oid;
    ossl::Handle<ASN1_TYPE, ASN1_TYPE_free> info;
};

using Sequence =
    ossl::Handle<ASN1_SEQUENCE_ANY, [](ASN1_SEQUENCE_ANY* s) { sk_ASN1_TYPE_pop_free(s, ASN1_TYPE_free); }>;

Sequence sequence(const ASN1_TYPE* value) {
    if (value == nullptr || value->type != V_ASN1_SEQUENCE) return nullptr;
    const unsigned char* at = value->value.sequence->data;
    return Sequence(d2i_ASN1_SEQUENCE_ANY(nullptr, &at, value->value.sequence->length));
}

std::string text(const ASN1_TYPE* value, int type) {
    if (value == nullptr || value->type != type) return "?";
    const auto* string = value->value.asn1_string;
    return std::string(reinterpret_cast<const char*>(string->data), static_cast<std::size_t>(string->length));
}

std::string oid(const ASN1_TYPE* value) {
    char name[100] = "?";
    if (value != nullptr && value->type == V_ASN1_OBJECT) OBJ_obj2txt(name, sizeof name, value->value.object, 1);
    return name;
}

int size(const Sequence& list) { return list ? sk_ASN1_TYPE_num(list.get()) : -1; }
const ASN1_TYPE* item(const Sequence& list, int i) {
    return i < size(list) ? sk_ASN1_TYPE_value(list.get(), i) : nullptr;
}

bool good_limit(const ASN1_TYPE* info) {
    const auto list = sequence(info);
    if (size(list) != 3) return false;
    const auto* currency = item(list, 0);
    const bool code = currency->type == V_ASN1_INTEGER ||
                      std::regex_match(text(currency, V_ASN1_PRINTABLESTRING), std::regex("[A-Z]{3}"));
    return code && item(list, 1)->type == V_ASN1_INTEGER && item(list, 2)->type == V_ASN1_INTEGER;
}

void lint_pds(const ASN1_TYPE* info, std::set<std::string>& broken) {
    const auto list = sequence(info);
    bool english = false;
    for (int i = 0; i < size(list); ++i) {
        const auto location = sequence(item(list, i));
        const auto language = text(item(location, 1), V_ASN1_PRINTABLESTRING);
        if (size(location) != 2 || language.size() != 2) broken.insert("e_qcstatem_qcpds_valid");
        if (!std::regex_match(language, std::regex("[a-z]{2}"))) broken.insert("w_qcstatem_qcpds_lang_case");
        if (text(item(location, 0), V_ASN1_IA5STRING).rfind("https://", 0) != 0)
            broken.insert("e_qcstatem_pds_must_have_https_only");
        english = english || language == "en";
    }
    if (size(list) < 1 || !english) broken.insert("e_qcstatem_qcpds_valid");
}

bool good_types(const ASN1_TYPE* info) {
    const auto list = sequence(info);
    for (int i = 0; i < size(list); ++i)
        if (!std::regex_match(oid(item(list, i)), std::regex("0\\.4\\.0\\.1862\\.1\\.6\\.[123]"))) return false;
    return size(list) > 0;
}

bool good_countries(const ASN1_TYPE* info) {
    const auto list = sequence(info);
    for (int i = 0; i < size(list); ++i)
        if (!std::regex_match(text(item(list, i), V_ASN1_PRINTABLESTRING), std::regex("[A-Z]{2}"))) return false;
    return size(list) > 0;
}

void lint_statement(const ASN1_TYPE* whole, std::set<std::string>& broken, std::set<std::string>& seen) {
    const auto statement = sequence(whole);
    const auto id = oid(item(statement, 0));
    const auto* info = item(statement, 1);
    const bool bare = size(statement) == 1;
    if (!seen.insert(id).second) broken.insert("e_qcstatem_twice");
    if (id.rfind("0.4.0.1862.1.6.", 0) == 0) broken.insert("e_qcstatem_etsi_type_as_statem");
    if (id == "0.4.0.1862.1.1" && !bare) broken.insert("e_qcstatem_qccompliance_valid");
    if (id == "0.4.0.1862.1.2" && !good_limit(info)) broken.insert("e_qcstatem_qclimitvalue_valid");
    if (id == "0.4.0.1862.1.3" && (info == nullptr || info->type != V_ASN1_INTEGER))
        broken.insert("e_qcstatem_qcretentionperiod_valid");
    if (id == "0.4.0.1862.1.4" && !bare) broken.insert("e_qcstatem_qcsscd_valid");
    if (id == "0.4.0.1862.1.5") lint_pds(info, broken);
    if (id == "0.4.0.1862.1.6" && !good_types(info)) broken.insert("e_qcstatem_qctype_valid");
    if (id == "0.4.0.1862.1.7" && !good_countries(info)) broken.insert("e_qcstatem_qccclegislation_valid");
}

}  // namespace

std::set<std::string> etsi_lints(const x509::Certificate& certificate) {
    std::set<std::string> broken, seen;
    const int at = X509_get_ext_by_NID(certificate.handle(), NID_qcStatements, -1);
    if (at < 0) return {"e_qcstatem_mandatory_etsi_statems"};
    X509_EXTENSION* extension = X509_get_ext(certificate.handle(), at);
    if (X509_EXTENSION_get_critical(extension) != 0) broken.insert("e_qcstatem_etsi_present_qcs_critical");
    const auto* value = X509_EXTENSION_get_data(extension);
    const unsigned char* cursor = value->data;
    const Sequence list(d2i_ASN1_SEQUENCE_ANY(nullptr, &cursor, value->length));
    for (int i = 0; i < size(list); ++i) lint_statement(item(list, i), broken, seen);
    for (const auto* mandatory : {"0.4.0.1862.1.1", "0.4.0.1862.1.5"})
        if (seen.count(mandatory) == 0) broken.insert("e_qcstatem_mandatory_etsi_statems");
    return broken;
}

}  // namespace rakit::cm::test
