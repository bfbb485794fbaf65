#include "scenarios/runner/load.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "common/base/file.hpp"
#include "embedded/scenario_schema.hpp"

namespace rakit::scenarios {
namespace {

using document::Document;
using document::Finding;
using nlohmann::json;
namespace fs = std::filesystem;

const json& schema() {
    static const json parsed = json::parse(embedded::scenario_schema);
    return parsed;
}

/// The same finding shows in each row of a matrix; once is enough.
void tidy(std::vector<Finding>& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::tie(a.file, a.at.line, a.at.column) < std::tie(b.file, b.at.line, b.at.column);
    });
    std::set<std::string> seen;
    std::erase_if(findings, [&](const Finding& finding) { return !seen.insert(to_string(finding)).second; });
}

std::string id_of(const fs::path& file, const std::string& row) {
    const std::string folder = fs::absolute(file).parent_path().filename().string();
    return folder + "/" + file.stem().string() + (row.empty() ? "" : ":" + row);
}

/// check_matrix checks what must hold before rows can be made.
void check_matrix(Document& scenario) {
    if (!scenario.value.is_object()) return document::check(scenario, schema());
    if (!scenario.value.contains("matrix")) return;
    json only = {{"type", "object"}, {"properties", {{"matrix", schema().at("properties").at("matrix")}}}};
    document::check(scenario, only);
}

Result<std::vector<fs::path>> files_of(const fs::path& path) {
    std::error_code problem;
    if (fs::is_regular_file(path, problem)) return std::vector{path};
    if (!fs::is_directory(path, problem))
        return fail(ErrorCode::file_unreadable,
                    fs::exists(path, problem) ? "neither a file nor a folder" : "no such file or folder",
                    "'" + path.string() + "'", "name scenario files, or folders of them");
    std::vector<fs::path> files;
    // Never the loop over a range: its step throws.
    auto entry = fs::recursive_directory_iterator(path, fs::directory_options::skip_permission_denied, problem);
    for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
        std::error_code unreadable;
        if (entry->path().extension() == ".yaml" && entry->is_regular_file(unreadable)) files.push_back(entry->path());
    }
    if (problem) return fail(ErrorCode::file_unreadable, problem.message(), path.string());
    std::sort(files.begin(), files.end());
    return files;
}

/// is_card is true of a recipe or an image, which may lie in a folder beside the scenarios that use it.
bool is_card(const std::string& file, std::string_view text) {
    const Document read = document::read_document(file, text);
    if (!read.value.is_object()) return false;
    const auto kind = read.value.find("kind");
    return kind != read.value.end() && (*kind == "card-recipe" || *kind == "card-image");
}

}  // namespace

Loaded load_text(const std::string& file, std::string_view text) {
    Loaded loaded;
    Document scenario = document::read_document(file, text);
    if (scenario.findings.empty()) check_matrix(scenario);
    if (!scenario.findings.empty()) {
        loaded.findings = std::move(scenario.findings);
        return loaded;
    }
    for (auto& [name, value] : expand(scenario, loaded.findings)) {
        Document row{file, std::move(value), scenario.positions, {}};
        document::check(row, schema());
        check_meaning(row, row.findings);
        if (row.findings.empty()) {
            Case one = parse_case(row.value);
            one.file = file;
            one.id = id_of(file, name);
            loaded.cases.push_back(std::move(one));
        }
        loaded.findings.insert(loaded.findings.end(), row.findings.begin(), row.findings.end());
    }
    tidy(loaded.findings);
    return loaded;
}

Result<Loaded> load_paths(const std::vector<fs::path>& paths) {
    Loaded all;
    std::map<std::string, std::string> ids;
    std::set<fs::path> done;
    for (const auto& path : paths) {
        auto files = files_of(path);
        if (!files) return Unexpected{std::move(files).error()};
        for (const auto& file : *files) {
            if (!done.insert(fs::weakly_canonical(file)).second) continue;
            auto content = read_file(file);
            if (!content) return Unexpected{std::move(content).error()};
            if (file != path && is_card(file.string(), as_text(*content))) continue;
            Loaded one = load_text(file.string(), as_text(*content));
            for (auto& each : one.cases) {
                const auto [it, fresh] = ids.emplace(each.id, each.file);
                if (!fresh)
                    one.findings.push_back({each.file, {1, 1}, "case '" + each.id + "' is also in " + it->second, ""});
                all.cases.push_back(std::move(each));
            }
            all.findings.insert(all.findings.end(), one.findings.begin(), one.findings.end());
        }
    }
    return all;
}

}  // namespace rakit::scenarios
