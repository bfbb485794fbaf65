#include "cli/field_choice_folder.hpp"

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "common/ossl/digest.hpp"
#include "embedded/field_choice_schema.hpp"

namespace rakit::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

fs::path file_of(const fs::path& folder, const x509::Certificate& officer) {
    return folder / (to_hex(ossl::sha256(concat({officer.issuer_der(), officer.subject_der()}))) + ".json");
}

/// read gives the file's value; null if there is none yet.
Result<json> read(const fs::path& file) {
    if (!fs::exists(file)) return json();
    auto text = read_file(file);
    if (!text) return Unexpected{std::move(text).error()};
    auto document = document::read_document(file.string(), as_text(*text));
    if (document.findings.empty()) document::check(document, json::parse(embedded::field_choice_schema));
    if (!document.findings.empty()) return fail(document::failure(document.findings));
    return std::move(document.value);
}

}  // namespace

Result<std::optional<std::vector<std::string>>> FieldChoiceFolder::recall(const x509::Certificate& officer,
                                                                          const std::string& procedure) {
    using Names = std::optional<std::vector<std::string>>;
    auto value = read(file_of(x_folder, officer));
    if (!value) return Unexpected{std::move(value).error()};
    if (value->is_null() || !value->at("procedures").contains(procedure)) return Names();
    return Names(value->at("procedures").at(procedure).get<std::vector<std::string>>());
}

Result<void> FieldChoiceFolder::remember(const x509::Certificate& officer, const std::string& procedure,
                                         const std::vector<std::string>& visible) {
    const fs::path file = file_of(x_folder, officer);
    auto value = read(file);
    if (!value) return Unexpected{std::move(value).error()};
    if (value->is_null()) *value = {{"version", 1}, {"procedures", json::object()}};
    (*value)["officer"] = to_string(officer.subject());
    (*value)["procedures"][procedure] = visible;
    std::error_code problem;
    fs::create_directories(x_folder, problem);
    return write_file_atomically(file, as_bytes(value->dump(2) + "\n"), 0600);
}

}  // namespace rakit::cli
