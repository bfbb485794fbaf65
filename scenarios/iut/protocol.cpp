#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "embedded/iut_result_schema.hpp"
#include "scenarios/iut/iut.hpp"

namespace rakit::scenarios {

using nlohmann::json;

std::string to_json(const Job& job) {
    json value = {{"version", 1},
                  {"verb", job.resume ? "resume" : "update"},
                  {"reader", job.reader},
                  {"cm", {{"url", job.cm_url}, {"ca", job.cm_ca.string()}}},
                  {"officer", job.officer},
                  {"procedure", job.procedure},
                  {"actions", json::array()},
                  {"fields", job.fields},
                  {"showFields", job.show_fields},
                  {"autoAddFields", job.auto_add_fields},
                  {"replaceCa", job.replace_ca},
                  {"journalFolder", job.journal_folder.string()},
                  {"outFolder", job.out_folder.string()},
                  {"promptSocket", job.prompt_socket.string()}};
    if (!job.officer_tls.empty()) value["officerTls"] = job.officer_tls;
    if (!job.officer_reader.empty()) value["officerReader"] = job.officer_reader;
    if (job.qc != "[]") value["qc"] = json::parse(job.qc);
    for (const auto& one : job.actions) {
        json action = {{"key", one.key}, {"action", one.action}};
        if (one.certificate) action["certificate"] = *one.certificate;
        value["actions"].push_back(std::move(action));
    }
    return value.dump();
}

Result<IutResult> parse_result(std::string_view text) {
    static const json schema = json::parse(embedded::iut_result_schema);
    auto document = document::read_document("result", text);
    if (document.findings.empty()) document::check(document, schema);
    if (!document.findings.empty()) return Unexpected{document::failure(document.findings)};
    IutResult result{document.value.at("result"), document.value.value("message", ""), {}};
    if (document.value.contains("notices")) document.value.at("notices").get_to(result.notices);
    return result;
}

}  // namespace rakit::scenarios
