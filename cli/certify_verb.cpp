#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "certify/suite/run.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"

namespace rakit::cli {
namespace {

using certify::CaseResult;
using nlohmann::json;

struct CertifyOptions {
    std::string reader, printer, card = "tester", json_file, out, pad_filters;
    std::vector<std::string> levels{"core"};
    std::vector<int> cases;
    bool quick = false, full = false;
    int case_limit = 0, pin_fd = -1;
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

int certify_reader(const CertifyOptions& options) {
    certify::RunWish wish;
    wish.reader = options.reader;
    wish.quick = !options.full;
    wish.card = options.card;
    wish.case_limit = std::chrono::seconds(options.case_limit);
    wish.around = {variable("RAKIT_CONTROL"), options.printer.empty() ? variable("RAKIT_PRINTER") : options.printer};
    wish.scratch = std::filesystem::temp_directory_path().string();
    wish.pad_filters = options.pad_filters;
    wish.cases = options.cases;
    if (wish.cases.empty())
        for (const auto level : certify::levels())
            for (const auto& one : certify::cases())
                if (one.level == level && std::find(options.levels.begin(), options.levels.end(), level) != options.levels.end())
                    wish.cases.push_back(one.number);
    const auto found = certify::look_at(wish);
    if (!found) return report(found.error(), kNotTried);
    std::printf("%s\n", found->dump(1).c_str());
    bool failed = false;
    json cases = json::array();
    const auto results = certify::run(wish, *found, [&](const CaseResult& one) {
        std::printf("%2d %-14s %6lld ms  %s\n", one.of->number, std::string(name(one.judgement.verdict)).c_str(),
                    static_cast<long long>(one.apart.took.count()), std::string(one.of->name).c_str());
        for (const auto& reason : one.judgement.reasons) std::printf("     %s\n", reason.c_str());
        std::fflush(stdout);
        failed = failed || one.judgement.verdict == certify::Verdict::fail;
        cases.push_back({{"number", one.of->number}, {"verdict", name(one.judgement.verdict)}, {"reasons", one.judgement.reasons},
                         {"facts", one.apart.facts}, {"deviations", one.apart.deviations}, {"trace", one.apart.trace}});
    });
    if (!results) return report(results.error(), kNotTried);
    if (!options.json_file.empty())
        if (auto done = write_file_atomically(options.json_file, as_bytes(json{{"cases", cases}}.dump(1))); !done)
            return report(done.error(), kNotTried);
    return failed ? kFailed : kDone;
}

}  // namespace

void add_certify(CLI::App& app, Verb& verb) {
    auto* command = app.add_subcommand("certify", "Judge a reader");
    const auto options = std::make_shared<CertifyOptions>();
    command->add_option("--reader", options->reader, "the reader's name, or a part of it")->required();
    command->add_option("--level", options->levels, "which levels")->delimiter(',');
    command->add_option("--case", options->cases, "only these cases")->delimiter(',')->check(CLI::Range(1, 64));
    command->add_flag("--quick", options->quick);
    command->add_flag("--full", options->full);
    command->add_option("--card", options->card)->check(CLI::IsMember({"tester", "piv", "pkcs15"}));
    command->add_option("--printer", options->printer);
    command->add_option("--json", options->json_file);
    command->add_option("--case-limit", options->case_limit);
    command->add_option("--pad-filters", options->pad_filters)->check(CLI::IsMember({"yes", "no"}));
    command->callback([options, &verb] { verb.status = certify_reader(*options); });
}

}  // namespace rakit::cli
