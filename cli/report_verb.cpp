#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/report_files.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"

namespace rakit::cli {
namespace {

struct Options {
    std::vector<std::string> inputs;
    ReportFiles files;
    bool partial = false, json = false;
};

Result<scenarios::Report> read(const std::string& file) {
    auto text = read_file(file);
    if (!text) return Unexpected{std::move(text).error()};
    return scenarios::parse_report(as_text(*text), file);
}

Result<std::vector<scenarios::Report>> read_all(const std::vector<std::string>& files) {
    std::vector<scenarios::Report> reports;
    for (const auto& file : files) {
        auto one = read(file);
        if (!one) return Unexpected{std::move(one).error()};
        reports.push_back(std::move(*one));
    }
    return reports;
}

/// publish writes the files and ends as the run itself would have.
int publish(const Options& options, const scenarios::Report& whole) {
    const auto kills = read_kill_matrix(options.files.kill_matrix);
    if (!kills) return report(kills.error(), kNotTried);
    if (auto done = write_reports(options.files, whole, *kills); !done) return report(done.error(), kNotTried);
    tell_ci(whole);
    return conclude(whole);
}

int merge(const Options& options) {
    const auto shards = read_all(options.inputs);
    if (!shards) return report(shards.error(), kNotTried);
    auto whole = scenarios::merge(*shards);
    if (!whole) return report(whole.error(), kNotTried);
    const auto missing = scenarios::missing_shards(*shards);
    for (const int index : missing) std::fprintf(stderr, "rakit: shard %d is missing\n", index);
    if (!missing.empty() && !options.partial)
        return report({ErrorCode::usage, "not all shards are there", {}, {}, "give all, or --partial", {}}, kNotTried);
    return publish(options, *whole);
}

int show(const Options& options) {
    const auto whole = read(options.inputs.at(0));
    if (!whole) return report(whole.error(), kNotTried);
    for (const auto& one : whole->verdicts)
        if (one.status == scenarios::Status::failed)
            std::printf("%s", scenarios::describe(one).c_str());
        else
            std::printf("%-7s %s (%lld ms)\n", std::string(name(one.status)).c_str(), one.id.c_str(),
                        static_cast<long long>(one.duration.count()));
    return publish(options, *whole);
}

int diff(const Options& options) {
    const auto both = read_all(options.inputs);
    if (!both) return report(both.error(), kNotTried);
    const auto differences = scenarios::diff(both->at(0), both->at(1));
    auto all = nlohmann::json::array();
    for (const auto& one : differences) {
        if (!options.json) std::printf("%-9s -> %-9s %s\n", one.before.c_str(), one.after.c_str(), one.id.c_str());
        all.push_back({{"id", one.id}, {"before", one.before}, {"after", one.after}});
    }
    if (options.json)
        std::printf("%s\n", all.dump(2).c_str());
    else
        std::printf("%zu differ\n", differences.size());
    return differences.empty() ? kDone : kFailed;
}

}  // namespace

void add_report(CLI::App& app, Verb& verb) {
    auto* verbs = app.add_subcommand("report",
                                     "work on the JSON reports of rakit run\n"
                                     "Example: rakit report merge shard-*.json --html report.html");
    verbs->require_subcommand(1);
    const auto options = std::make_shared<Options>();
    auto* merging = verbs->add_subcommand("merge", "put the reports of a run's shards together");
    merging->add_option("REPORT", options->inputs, "each shard's JSON report")->required();
    merging->add_flag("--partial", options->partial, "although shards are missing");
    add_report_options(*merging, options->files);
    merging->callback([options, &verb] { verb.status = merge(*options); });
    auto* showing = verbs->add_subcommand("show", "print a report, or write it in another format");
    showing->add_option("REPORT", options->inputs, "JSON report")->required()->expected(1);
    add_report_options(*showing, options->files);
    showing->callback([options, &verb] { verb.status = show(*options); });
    auto* comparing = verbs->add_subcommand("diff", "list the cases that two runs didn't judge alike");
    comparing->add_option("REPORT", options->inputs, "JSON reports, the older one first")->required()->expected(2);
    comparing->add_flag("--json", options->json, "as JSON");
    comparing->callback([options, &verb] { verb.status = diff(*options); });
}

}  // namespace rakit::cli
