#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/catalogue.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "scenarios/runner/choice.hpp"
#include "scenarios/runner/explain.hpp"

namespace rakit::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> paths, filters;
    bool json = false;
};

int check(const Options& options) {
    auto loaded = load_catalogue(options.paths);
    if (!loaded) return report(loaded.error(), kNotTried);
    if (auto good = cards_can_be_made(*loaded); !good) return report(good.error(), kNotTried);
    if (options.json)
        std::printf("%s\n", nlohmann::json{{"cases", loaded->size()}, {"findings", 0}}.dump().c_str());
    else
        std::printf("%zu cases, no findings\n", loaded->size());
    return kDone;
}

int list(const Options& options) {
    auto loaded = load_catalogue(options.paths);
    if (!loaded) return report(loaded.error(), kNotTried);
    std::erase_if(*loaded, [&](const auto& one) { return !scenarios::chosen(one, options.filters); });
    if (!options.json) {
        for (const auto& one : *loaded) std::printf("%-48s %s\n", one.id.c_str(), one.title.c_str());
        return kDone;
    }
    auto all = nlohmann::json::array();
    for (const auto& one : *loaded)
        all.push_back({{"id", one.id},
                       {"title", one.title},
                       {"source", one.source},
                       {"covers", one.covers},
                       {"file", one.file},
                       {"tags", one.tags}});
    std::printf("%s\n", all.dump(2).c_str());
    return kDone;
}

int explain(const Options& options) {
    auto loaded = load_catalogue(options.paths);
    if (!loaded) return report(loaded.error(), kNotTried);
    for (const auto& one : *loaded)
        if (scenarios::chosen(one, options.filters)) std::printf("%s\n", scenarios::explain(one).c_str());
    return kDone;
}

/// schema_for gives the path that a scenario's first line names; without a source tree the schema is put beside it.
Result<std::string> schema_for(const fs::path& file) {
    const fs::path folder = fs::absolute(file).parent_path();
    std::error_code ignored;
    for (fs::path up = fs::path(own_binary()).parent_path(); up.has_relative_path(); up = up.parent_path())
        if (const auto schema = up / "docs/formats/schema/scenario.schema.json"; fs::exists(schema, ignored))
            return fs::proximate(schema, folder).string();
    auto done = write_file_atomically(folder / "scenario.schema.json", as_bytes(scenarios::scenario_schema_text()));
    if (!done) return Unexpected{std::move(done).error()};
    return std::string("scenario.schema.json");
}

int make(const Options& options) {
    const fs::path file = options.paths.at(0);
    if (std::error_code ignored; fs::exists(file, ignored))
        return report({ErrorCode::usage, "it is there already", {}, file.string(), "name another file", {}}, kNotTried);
    const auto schema = schema_for(file);
    if (!schema) return report(schema.error(), kNotTried);
    const auto text = scenarios::scenario_skeleton(*schema);
    if (auto done = write_file_atomically(file, as_bytes(text)); !done) return report(done.error(), kNotTried);
    return kDone;
}

}  // namespace

void add_scenario(CLI::App& app, Verb& verb) {
    auto* scenario = app.add_subcommand(
        "scenario", "check, list, explain and begin scenario files\nExample: rakit scenario check my-scenarios/");
    scenario->require_subcommand(1);
    const auto options = std::make_shared<Options>();
    auto* check_files = scenario->add_subcommand("check", "find everything that is wrong with scenario files");
    check_files->add_option("PATH", options->paths, "files and folders; the catalogue if none is given");
    check_files->add_flag("--json", options->json, "as JSON");
    check_files->callback([options, &verb] { verb.status = check(*options); });
    auto* explain_cases = scenario->add_subcommand("explain", "tell cases in sentences");
    explain_cases->add_option("PATH", options->paths, "files and folders; the catalogue if none is given");
    explain_cases->add_option("--filter", options->filters, "as rakit run's");
    explain_cases->callback([options, &verb] { verb.status = explain(*options); });
    auto* make_file = scenario->add_subcommand("new", "begin a scenario file that editors help with");
    make_file->add_option("FILE", options->paths, "where to")->required()->expected(1);
    make_file->callback([options, &verb] { verb.status = make(*options); });
    auto* list_cases = scenario->add_subcommand("list", "list the cases that the files make");
    list_cases->add_option("PATH", options->paths, "files and folders; the catalogue if none is given");
    list_cases->add_option("--filter", options->filters, "as rakit run's");
    list_cases->add_flag("--json", options->json, "as JSON");
    list_cases->callback([options, &verb] { verb.status = list(*options); });
}

}  // namespace rakit::cli
