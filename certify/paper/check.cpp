#include "certify/paper/check.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "certify/core/verdict.hpp"
#include "certify/paper/paper.hpp"
#include "common/document/document.hpp"
#include "common/document/json_text.hpp"
#include "embedded/certificate_schema.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;

void check_case(const json& row, ReaderKind kind, std::vector<std::string>& problems) {
    const int number = row.at("number");
    const auto* one = find_case(number);
    if (one == nullptr) return problems.push_back(fmt::format("case {}: there is none", number));
    if (row.at("rule") != one->rule || row.at("pass") != one->pass || row.at("name") != one->name)
        problems.push_back(fmt::format("case {}: its rule isn't this program's", number));
    Ended ended;
    if (row.contains("measuring")) ended = {false, row.at("measuring")};
    const auto judgement = judge(*one, row.at("facts"), ended);
    const std::string verdict = row.at("verdict");
    if (verdict != name(judgement.verdict))
        problems.push_back(
            fmt::format("case {}: it says '{}', but its figures say '{}'", number, verdict, name(judgement.verdict)));
    if (inapplicable(*one, kind) && judgement.verdict != Verdict::not_applicable)
        problems.push_back(fmt::format("case {}: it can't be judged on a reader of the kind '{}'", number, name(kind)));
}

/// check_update counts the scenarios again.
void check_update(const json& update, std::vector<std::string>& problems) {
    if (!update.contains("scenarios")) {
        if (update.at("verdict") != name(Verdict::not_applicable))
            problems.emplace_back("update: there are no scenarios that would give its verdict");
        return;
    }
    std::vector<UpdateCase> scenarios;
    std::map<std::string, int> counts;
    for (const auto& row : update.at("scenarios")) {
        scenarios.push_back({row.at("id"), row.at("status"), {}, 0});
        ++counts[scenarios.back().status];
    }
    for (const char* status : {"passed", "failed", "skipped"})
        if (update.value(status, 0) != counts[status])
            problems.push_back(
                fmt::format("update: it counts {} {}, there are {}", update.value(status, 0), status, counts[status]));
    const auto verdict = name(judge_update(scenarios));
    if (update.at("verdict") != verdict)
        problems.push_back(fmt::format("update: it says '{}', but its scenarios say '{}'",
                                       update.at("verdict").get<std::string>(), verdict));
}

}  // namespace

Result<json> read_paper(std::string_view text, const std::string& file) {
    static const document::Schema schema(embedded::certificate_schema);
    auto parsed = document::parse_json(text);
    if (!parsed) return fail(std::move(parsed).error().in(file));
    document::Document paper{file, *std::move(parsed), {}, {}};
    document::check(paper, schema);
    if (!paper.findings.empty()) return Unexpected{document::failure(paper.findings)};
    return std::move(paper.value);
}

std::vector<std::string> contradictions(const json& paper) {
    std::vector<std::string> problems;
    std::map<std::string, int> counts;
    const auto kind = reader_kind_named(paper.at("reader").at("kind").get<std::string>());
    for (const auto& row : paper.at("cases")) {
        check_case(row, kind, problems);
        ++counts[row.at("verdict")];
    }
    const auto& told = paper.at("counts");
    const std::pair<const char*, const char*> words[] = {
        {"pass", "pass"}, {"fail", "fail"}, {"not_applicable", "not applicable"}};
    for (const auto& [key, word] : words)
        if (told.at(key) != counts[word])
            problems.push_back(
                fmt::format("it counts {} times '{}', there are {}", told.at(key).get<int>(), word, counts[word]));
    if (paper.contains("update")) check_update(paper.at("update"), problems);
    if (paper.at("scope") != kScope) problems.emplace_back("its scope isn't this program's");
    return problems;
}

}  // namespace rakit::certify
