#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "embedded/kill_matrix_schema.hpp"
#include "embedded/report_page.hpp"
#include "scenarios/runner/report_more.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

constexpr std::string_view kPlace = "/*DATA*/null";

/// in_script keeps `</script>` and `<!--` in a text from ending the script that it stands in.
std::string in_script(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '<' ? "\\u003c" : std::string(1, c);
    return out;
}

}  // namespace

Result<std::vector<Kill>> parse_kill_matrix(std::string_view text, const std::string& file) {
    static const json schema = json::parse(embedded::kill_matrix_schema);
    auto document = document::read_document(file, text);
    if (document.findings.empty()) document::check(document, schema);
    if (!document.findings.empty()) return Unexpected{document::failure(document.findings)};
    std::vector<Kill> kills;
    for (const auto& one : document.value.at("kills"))
        kills.push_back({one.at("name"), one.at("kind"), one.at("meaning"), one.at("caughtBy")});
    return kills;
}

std::string to_html(const Report& report, const std::vector<Kill>& kills) {
    json data = {{"report", json::parse(to_json(report.run, report.verdicts))}, {"kills", json::array()}};
    for (const auto& one : kills)
        data["kills"].push_back(
            {{"name", one.name}, {"kind", one.kind}, {"meaning", one.meaning}, {"caughtBy", one.caught_by}});
    std::string page(embedded::report_page);
    page.replace(page.find(kPlace), kPlace.size(),
                 in_script(data.dump(-1, ' ', false, json::error_handler_t::replace)));
    return page;
}

}  // namespace rakit::scenarios
