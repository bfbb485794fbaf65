#include <cstdio>

#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "scenarios/runner/case_event.hpp"

namespace rakit::cli {
namespace {

struct Options {
    std::string input, output;
};

Result<scenarios::CaseTraceFile> read(const std::string& file) {
    auto text = read_file(file);
    if (!text) return Unexpected{std::move(text).error()};
    return scenarios::parse_trace(as_text(*text), file);
}

int show(const Options& options) {
    const auto trace = read(options.input);
    if (!trace) return report(trace.error(), kNotTried);
    std::printf("%s", scenarios::to_text(*trace).c_str());
    return kDone;
}

int pcap(const Options& options) {
    const auto trace = read(options.input);
    if (!trace) return report(trace.error(), kNotTried);
    std::string file = options.output;
    if (file.empty()) file = options.input.substr(0, options.input.rfind(".jsonl")) + ".pcapng";
    if (auto done = write_file_atomically(file, scenarios::to_pcapng(*trace)); !done)
        return report(done.error(), kNotTried);
    return kDone;
}

}  // namespace

void add_trace(CLI::App& app, Verb& verb) {
    auto* verbs = app.add_subcommand("trace",
                                     "work on the traces of rakit run --trace DIR (docs/formats/trace.md)\n"
                                     "Example: rakit trace pcap traces/tc.redo.rsa-pin-1-1.jsonl");
    verbs->require_subcommand(1);
    const auto options = std::make_shared<Options>();
    auto* showing = verbs->add_subcommand("show", "print a trace as text");
    showing->add_option("TRACE", options->input, "a .jsonl file")->required();
    showing->callback([options, &verb] { verb.status = show(*options); });
    auto* capturing = verbs->add_subcommand("pcap", "write a trace as a pcapng for Wireshark");
    capturing->add_option("TRACE", options->input, "a .jsonl file")->required();
    capturing->add_option("OUT", options->output, "beside the trace, if not given");
    capturing->callback([options, &verb] { verb.status = pcap(*options); });
}

}  // namespace rakit::cli
