#include "cli/catalogue.hpp"

#include <filesystem>

#include "scenarios/runner/check_cards.hpp"
#include "scenarios/runner/load.hpp"

namespace rakit::cli {
namespace fs = std::filesystem;

std::string own_binary() {
    std::error_code problem;
    return fs::read_symlink("/proc/self/exe", problem).string();
}

namespace {

/// catalogue looks beside the binary: installed, or upwards from a build folder.
Result<fs::path> catalogue() {
    const fs::path folder = fs::path(own_binary()).parent_path();
    std::error_code ignored;
    if (const auto installed = folder.parent_path() / "share/rakit/scenarios"; fs::is_directory(installed, ignored))
        return installed;
    for (fs::path up = folder; up.has_relative_path(); up = up.parent_path())
        if (fs::is_directory(up / "scenarios/catalog", ignored)) return up / "scenarios/catalog";
    return fail(ErrorCode::usage, "the catalogue is not found from " + folder.string(), {}, "name the scenario files");
}

}  // namespace

Result<std::vector<scenarios::Case>> load_catalogue(const std::vector<std::string>& paths) {
    std::vector<fs::path> files(paths.begin(), paths.end());
    if (files.empty()) {
        auto found = catalogue();
        if (!found) return Unexpected{std::move(found).error()};
        files.push_back(fs::proximate(*found));
    }
    auto loaded = scenarios::load_paths(files);
    if (!loaded) return Unexpected{std::move(loaded).error()};
    if (!loaded->findings.empty()) return Unexpected{document::failure(loaded->findings)};
    if (loaded->cases.empty()) return fail(ErrorCode::usage, "there is no scenario", files[0].string());
    return std::move(loaded->cases);
}

Result<void> cards_can_be_made(const std::vector<scenarios::Case>& cases, const fs::path& shared_keys) {
    const auto wrong = scenarios::check_cards(cases, shared_keys);
    if (!wrong.empty()) return Unexpected{document::failure(wrong)};
    return {};
}

}  // namespace rakit::cli
