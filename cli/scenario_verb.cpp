#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/catalogue.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {
namespace {

struct Options {
    std::vector<std::string> paths;
    bool json = false;
};

int check(const Options& options) {
    auto loaded = load_catalogue(options.paths);
    if (!loaded) return report(loaded.error(), kNotTried);
    if (options.json)
        std::printf("%s\n", nlohmann::json{{"cases", loaded->size()}, {"findings", 0}}.dump().c_str());
    else
        std::printf("%zu cases, no findings\n", loaded->size());
    return kDone;
}

int list(const Options& options) {
    auto loaded = load_catalogue(options.paths);
    if (!loaded) return report(loaded.error(), kNotTried);
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

}  // namespace

void add_scenario(CLI::App& app, Verb& verb) {
    auto* scenario =
        app.add_subcommand("scenario", "check and list scenario files\nExample: rakit scenario check my-scenarios/");
    scenario->require_subcommand(1);
    const auto options = std::make_shared<Options>();
    auto* check_files = scenario->add_subcommand("check", "find everything that is wrong with scenario files");
    check_files->add_option("PATH", options->paths, "files and folders; the catalogue if none is given");
    check_files->add_flag("--json", options->json, "as JSON");
    check_files->callback([options, &verb] { verb.status = check(*options); });
    auto* list_cases = scenario->add_subcommand("list", "list the cases that the files make");
    list_cases->add_option("PATH", options->paths, "files and folders; the catalogue if none is given");
    list_cases->add_flag("--json", options->json, "as JSON");
    list_cases->callback([options, &verb] { verb.status = list(*options); });
}

}  // namespace rakit::cli
