#include "cli/report_files.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "cli/verbs.hpp"
#include "common/base/file.hpp"

namespace rakit::cli {
namespace {

/// tell_why_skipped lists the reasons, each with how many cases it kept from being run.
void tell_why_skipped(const std::vector<scenarios::Verdict>& verdicts) {
    std::map<std::string, int> reasons;
    for (const auto& one : verdicts)
        if (one.status == scenarios::Status::skipped) ++reasons[one.problem];
    for (const auto& [reason, cases] : reasons) std::printf("  %d skipped: %s\n", cases, reason.c_str());
}

}  // namespace

void add_report_options(CLI::App& app, ReportFiles& files) {
    app.add_option("--junit", files.junit, "write JUnit XML");
    app.add_option("--json", files.json, "write JSON (docs/formats/report.md)");
    app.add_option("--html", files.html, "write one HTML page that needs nothing else");
    app.add_option("--kill-matrix", files.kill_matrix, "show this kill matrix in the page (docs/formats/report.md)");
    app.add_option("--code-quality", files.code_quality, "write GitLab's Code Quality report");
}

Result<std::vector<scenarios::Kill>> read_kill_matrix(const std::string& file) {
    if (file.empty()) return std::vector<scenarios::Kill>{};
    auto text = read_file(file);
    if (!text) return Unexpected{std::move(text).error()};
    return scenarios::parse_kill_matrix(as_text(*text), file);
}

Result<void> write_reports(const ReportFiles& files, const scenarios::Report& report,
                           const std::vector<scenarios::Kill>& kills) {
    const auto write = [](const std::string& file, const auto& make) {
        return file.empty() ? Result<void>() : write_file_atomically(file, as_bytes(make()));
    };
    if (auto done = write(files.junit, [&] { return scenarios::to_junit(report.run, report.verdicts); }); !done)
        return done;
    if (auto done = write(files.json, [&] { return scenarios::to_json(report.run, report.verdicts); }); !done)
        return done;
    if (auto done = write(files.code_quality, [&] { return scenarios::gitlab_code_quality(report.verdicts); }); !done)
        return done;
    return write(files.html, [&] { return scenarios::to_html(report, kills); });
}

void tell_ci(const scenarios::Report& report) {
    const char* github = std::getenv("GITHUB_ACTIONS");
    if (github == nullptr || std::string(github) != "true") return;
    std::printf("%s", scenarios::github_annotations(report.verdicts).c_str());
    if (const char* summary = std::getenv("GITHUB_STEP_SUMMARY"); summary != nullptr)
        std::ofstream(summary, std::ios::app) << scenarios::github_summary(report);
}

int conclude(const scenarios::Report& report) {
    const auto differing = scenarios::unstable(report.verdicts);
    for (const auto& id : differing) std::printf("not the same in all runs: %s\n", id.c_str());
    const auto totals = scenarios::count(report.verdicts);
    // Plain lines have said it already, one by one.
    if (::isatty(STDOUT_FILENO) == 1) tell_why_skipped(report.verdicts);
    std::printf("%s\n", scenarios::summary(totals).c_str());
    if (report.run.interrupted) return kNotTried;
    return totals.failed > 0 || !differing.empty() ? kFailed : kDone;
}

}  // namespace rakit::cli
