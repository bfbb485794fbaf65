#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {

/// merge puts the reports of a run's shards together, in the order that the whole run would have had; the time is the
/// longest shard's. Failure: usage when they aren't shards of one run: another depth, RA or number of shards, one
/// twice.
Result<Report> merge(const std::vector<Report>& shards);

/// missing_shards lists those that are not among the reports.
std::vector<int> missing_shards(const std::vector<Report>& shards);

/// Difference is what two runs of one case have come to.
struct Difference {
    std::string id;
    std::string before, after;  ///< "passed", "failed", "skipped", "absent", "unstable"
};

/// diff lists the cases that didn't come to the same, by id.
std::vector<Difference> diff(const Report& before, const Report& after);

/// Kill is one way to be wrong and who noticed (docs/formats/report.md, Kill matrix).
struct Kill {
    std::string name, kind, meaning;
    std::vector<std::string> caught_by;
};

/// parse_kill_matrix reads one. Failure: document_invalid with each finding.
Result<std::vector<Kill>> parse_kill_matrix(std::string_view text, const std::string& file);

/// to_html gives one page that needs nothing else: table, filters, timelines, latency plots, the kill matrix if there
/// is one.
std::string to_html(const Report& report, const std::vector<Kill>& kills);

/// github_annotations gives a workflow command for each failed case, github_summary the job's summary in Markdown.
std::string github_annotations(const std::vector<Verdict>& verdicts);
std::string github_summary(const Report& report);

/// gitlab_code_quality gives GitLab's Code Quality report: an issue for each failed case at its file.
std::string gitlab_code_quality(const std::vector<Verdict>& verdicts);

}  // namespace rakit::scenarios
