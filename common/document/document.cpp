#include "common/document/document.hpp"

#include "common/base/file.hpp"

namespace rakit::document {

std::string to_string(const Finding& finding) {
    return finding.file + ":" + std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column) + ": " +
           finding.message;
}

Position Document::at(const std::string& pointer) const {
    std::string up = pointer;
    for (;;) {
        if (const auto it = positions.find(up); it != positions.end()) return it->second;
        if (up.empty()) return {1, 1};
        up.erase(up.rfind('/'));
    }
}

Finding Document::finding(const std::string& pointer, std::string message) const {
    return {file, at(pointer), std::move(message), pointer};
}

Error failure(const std::vector<Finding>& findings) {
    Error error{ErrorCode::document_invalid, {}, {}, {}, {}, {}};
    for (const auto& finding : findings) error.detail += (error.detail.empty() ? "" : "\n") + to_string(finding);
    return error;
}

Result<Document> load(const std::filesystem::path& path, const nlohmann::json& schema) {
    auto content = read_file(path);
    if (!content) return Unexpected{std::move(content).error()};
    Document document = read_document(path.string(), as_text(*content));
    if (document.findings.empty()) check(document, schema);
    if (!document.findings.empty()) return Unexpected{failure(document.findings)};
    return document;
}

}  // namespace rakit::document
