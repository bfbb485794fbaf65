#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/contents_table.hpp"
#include "cli/session_json.hpp"
#include "cli/session_options.hpp"
#include "cli/verbs.hpp"

namespace rakit::cli {
namespace {

struct ContentsOptions {
    std::string reader;
    bool json = false;
};

int show_contents(const ContentsOptions& options) {
    auto reader = open_reader(options.reader);
    if (!reader) return report(reader.error(), status_of(reader.error()));
    NoTrace trace;
    auto contents = reference::read_card(**reader, transport_policies(), trace);
    if (!contents) return report(contents.error(), status_of(contents.error()));
    std::fputs((options.json ? one_line(contents_json(*contents)) + "\n" : contents_table(*contents)).c_str(), stdout);
    return kDone;
}

}  // namespace

void add_contents(CLI::App& app, Verb& verb) {
    auto options = std::make_shared<ContentsOptions>();
    auto* command = app.add_subcommand("contents", "Show the keys and certificates of a card, one key a line");
    command->footer("Example: rakit contents --reader \"Virtual PCD 00 00\"");
    add_reader_option(*command, options->reader);
    command->add_flag("--json", options->json, "Print JSON");
    command->callback([options, &verb] { verb.status = show_contents(*options); });
}

}  // namespace rakit::cli
