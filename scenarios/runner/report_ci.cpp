#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/ossl/digest.hpp"
#include "scenarios/runner/report_more.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

std::string why(const Verdict& verdict) {
    std::string text = verdict.problem;
    for (const auto& one : verdict.mismatches)
        text += (text.empty() ? "" : "\n") + one.what + ": expected " + one.expected + ", seen " + one.seen;
    return text;
}

/// escaped as GitHub's workflow commands want it; a property's value has two characters more.
std::string escaped(const std::string& text, bool property) {
    std::string out;
    for (const char c : text) {
        const bool special = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
        out += special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
    }
    return out;
}

/// cell writes text for a Markdown table.
std::string cell(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '|' ? "\\|" : c == '\n' ? "<br>" : c == '<' ? "&lt;" : std::string(1, c);
    return out;
}

}  // namespace

std::string github_annotations(const std::vector<Verdict>& verdicts) {
    std::string text;
    for (const auto& one : verdicts)
        if (one.status == Status::failed)
            text += fmt::format("::error file={},line=1,title={}::{}\n", escaped(one.file, true), escaped(one.id, true),
                                escaped(one.title + "\n" + why(one) + "\nagain: " + one.again, false));
    return text;
}

std::string github_summary(const Report& report) {
    std::string text = fmt::format("### rakit, depth {}: {}\n\n", report.run.depth, summary(count(report.verdicts)));
    std::string rows;
    for (const auto& one : report.verdicts)
        if (one.status == Status::failed)
            rows += fmt::format("| `{}` | {} | {} |\n", one.id, cell(one.title), cell(why(one)));
    return rows.empty() ? text : text + "| case | what should be true | why not |\n|---|---|---|\n" + rows + "\n";
}

std::string gitlab_code_quality(const std::vector<Verdict>& verdicts) {
    json issues = json::array();
    for (const auto& one : verdicts)
        if (one.status == Status::failed)
            issues.push_back({{"description", one.id + ": " + why(one)},
                              {"check_name", "rakit"},
                              {"fingerprint", to_hex(ossl::sha256(to_bytes(one.id + "\n" + why(one))))},
                              {"severity", "major"},
                              {"location", {{"path", one.file}, {"lines", {{"begin", 1}}}}}});
    return issues.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace rakit::scenarios
