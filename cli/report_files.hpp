#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "scenarios/runner/report_more.hpp"

namespace rakit::cli {

/// ReportFiles are where a report goes; empty: nowhere.
struct ReportFiles {
    std::string junit, json, html, kill_matrix, code_quality;
};

/// add_report_options gives a verb its options for them.
void add_report_options(CLI::App& app, ReportFiles& files);

/// read_kill_matrix reads the matrix that goes into the HTML; nothing if none is named. Failures: file_unreadable,
/// document_invalid.
Result<std::vector<scenarios::Kill>> read_kill_matrix(const std::string& file);

/// write_reports writes what is wished. Failure: file_unwritable.
Result<void> write_reports(const ReportFiles& files, const scenarios::Report& report,
                           const std::vector<scenarios::Kill>& kills);

/// tell_ci speaks to GitHub Actions if we run there: an annotation for each failed case, and the job's summary.
void tell_ci(const scenarios::Report& report);

/// conclude prints what differs between runs and the last line, and gives the exit status.
int conclude(const scenarios::Report& report);

}  // namespace rakit::cli
