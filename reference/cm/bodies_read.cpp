#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "common/document/json_text.hpp"
#include "embedded/prepare_answer_schema.hpp"
#include "embedded/response_info_schema.hpp"
#include "reference/cm/bodies.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

/// of_cm makes a failure that of an answer of the CM.
Result<json> of_cm(Result<json> value, const char* what) {
    if (value) return value;
    return fail(ErrorCode::cm_answer_invalid, std::string(what) + ": " + value.error().detail, value.error().where);
}

const document::Schema& prepare_answer_schema() {
    static const document::Schema kSchema(embedded::prepare_answer_schema);
    return kSchema;
}

const document::Schema& response_info_schema() {
    static const document::Schema kSchema(embedded::response_info_schema);
    return kSchema;
}

/// read runs a reader whose json library throws at a missing or wrong member.
template <class Read>
auto read(const char* what, Read read_value) -> Result<decltype(read_value())> {
    try {
        return read_value();
    } catch (const json::exception& problem) {
        return fail(ErrorCode::cm_answer_invalid, std::string(what) + ": " + problem.what());
    }
}

template <class T>
std::optional<T> optional_of(const json& object, const char* member) {
    return object.contains(member) ? std::optional<T>(object.at(member).get<T>()) : std::nullopt;
}

std::vector<Field> fields_of(const json& list) {
    std::vector<Field> fields;
    for (const auto& field : list)
        fields.push_back({field.at("name").get<std::string>(), field.at("label").get<std::string>(),
                          field.at("required").get<bool>(), field.at("visible").get<bool>(),
                          optional_of<std::size_t>(field, "maxLength"), optional_of<std::string>(field, "pattern")});
    return fields;
}

QcPolicy qc_policy_of(const json& value, const std::string& where) {
    QcPolicy policy;
    for (const auto& entry : value.at("fixed")) {
        auto statement = read_qc_statement(entry, where + "/fixed/" + std::to_string(policy.fixed.size()));
        if (!statement) throw json::other_error::create(501, to_string(statement.error()), nullptr);
        policy.fixed.push_back(*std::move(statement));
    }
    policy.allowed = value.at("allowed").get<std::vector<std::string>>();
    policy.required = value.at("required").get<std::vector<std::string>>();
    return policy;
}

Procedure procedure_of(const json& entry, const std::string& where) {
    Procedure procedure{entry.at("name").get<std::string>(),
                        entry.at("title").get<std::string>(),
                        entry.at("profiles").get<std::vector<std::string>>(),
                        entry.at("tcControls").get<bool>(),
                        fields_of(entry.at("fields")),
                        {},
                        {"cmc"}};
    if (entry.contains("qc")) procedure.qc = qc_policy_of(entry.at("qc"), where + "/qc");
    if (entry.contains("dialects")) procedure.dialects = entry.at("dialects").get<std::vector<std::string>>();
    return procedure;
}

Error refusal_of(const json& error, std::string where) {
    const auto name = error.at("code").get<std::string>();
    Error refusal{ErrorCode::cm_answer_invalid,         error.at("message").get<std::string>(), {}, std::move(where),
                  error.value("remedy", std::string()), error.value("line", std::string())};
    if (const auto code = cm_code(name))
        refusal.code = *code;
    else
        refusal.detail = "the CM refused with an unknown code '" + name + "': " + refusal.detail;
    return refusal;
}

}  // namespace

std::optional<ErrorCode> cm_code(std::string_view name) {
    const auto code = error_code_from_name(name);
    if (!code || *code > ErrorCode::cm_internal) return std::nullopt;
    return code;
}

Result<std::vector<Procedure>> read_procedures(ByteView text) {
    constexpr const char* kWhat = "procedures";
    const auto value = of_cm(document::parse_json(as_text(text)), kWhat);
    if (!value) return fail(value.error());
    return read(kWhat, [&] {
        std::vector<Procedure> procedures;
        if (value->at("version").get<int>() != kVersion) throw json::other_error::create(501, "version", nullptr);
        for (const auto& entry : value->at("procedures"))
            procedures.push_back(procedure_of(entry, "/procedures/" + std::to_string(procedures.size())));
        return procedures;
    });
}

Result<PrepareAnswer> read_prepare_answer(ByteView text) {
    constexpr const char* kWhat = "answer to prepare";
    const auto value = of_cm(document::parse_json(as_text(text), prepare_answer_schema()), kWhat);
    if (!value) return fail(value.error());
    return read(kWhat, [&] {
        return PrepareAnswer{value->at("dialog") == "ca",
                             value->at("confirmation").get<bool>(),
                             value->at("order") == "issue-first",
                             value->at("opPin").at("required").get<bool>(),
                             value->at("opPin").at("held").get<bool>(),
                             value->at("issuerCertificates").at("stored").get<bool>(),
                             fields_of(value->at("fields"))};
    });
}

Result<ResponseInfo> read_response_info(ByteView text) {
    constexpr const char* kWhat = "responseInfo";
    const auto value = of_cm(document::parse_json(as_text(text), response_info_schema()), kWhat);
    if (!value) return fail(value.error());
    return read(kWhat, [&] {
        ResponseInfo info;
        for (const auto& line : value->at("lines"))
            info.lines.push_back({line.at("key").get<std::string>(), line.at("bodyPartId").get<std::uint32_t>(),
                                  line.at("sha256").get<std::string>()});
        info.issuer_certificates = value->at("issuerCertificates").get<std::vector<std::string>>();
        return info;
    });
}

Error read_refusal(ByteView text, std::string where) {
    constexpr const char* kWhat = "refusal";
    // A refusal has the same form wherever it stands, so either schema would do.
    const auto value = of_cm(document::parse_json(as_text(text), response_info_schema()), kWhat);
    auto refusal =
        value ? read(kWhat, [&] { return refusal_of(value->at("error"), where); }) : Result<Error>(fail(value.error()));
    if (refusal) return *std::move(refusal);
    Error invalid = std::move(refusal).error();
    invalid.where = where + (invalid.where.empty() ? "" : ", " + invalid.where);
    return invalid;
}

}  // namespace rakit::reference
