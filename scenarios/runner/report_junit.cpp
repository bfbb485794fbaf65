#include <fmt/format.h>

#include "scenarios/runner/verdict.hpp"

namespace rakit::scenarios {
namespace {

/// sequence_length gives the length of the UTF-8 sequence at the front, 0 if it is none or no character of XML 1.0.
std::size_t sequence_length(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (length == 0 || text.size() < length || first > 0xF4) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
    const bool surrogate = first == 0xED && static_cast<unsigned char>(text[1]) > 0x9F;
    const bool overlong = (first == 0xE0 && static_cast<unsigned char>(text[1]) < 0xA0) ||
                          (first == 0xF0 && static_cast<unsigned char>(text[1]) < 0x90);
    const bool no_character = text.substr(0, length) == "\xEF\xBF\xBE" || text.substr(0, length) == "\xEF\xBF\xBF";
    return surrogate || overlong || no_character ? 0 : length;
}

std::string escape(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        switch (length == 0 ? '?' : text[0]) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "&#10;"; break;
            default: out += length == 0 ? std::string_view("?") : text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string seconds(std::chrono::milliseconds time) {
    return fmt::format("{:.3f}", static_cast<double>(time.count()) / 1000.0);
}

std::string test_case(const Verdict& verdict) {
    const auto slash = verdict.id.find('/');
    const std::string family = verdict.id.substr(0, slash);
    const std::string rest = slash == std::string::npos ? verdict.id : verdict.id.substr(slash + 1);
    const std::string run = verdict.run > 1 ? fmt::format(" (run {})", verdict.run) : "";
    std::string xml = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"", escape(family),
                                  escape(rest + run), seconds(verdict.duration));
    if (verdict.status == Status::passed) return xml + "/>\n";
    if (verdict.status == Status::skipped)
        return xml + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", escape(verdict.problem));
    const std::string why = !verdict.problem.empty() ? verdict.problem
                            : verdict.mismatches.empty()
                                ? ""
                                : verdict.mismatches[0].what + ": expected " + verdict.mismatches[0].expected +
                                      ", seen " + verdict.mismatches[0].seen;
    return xml + fmt::format(">\n      <failure message=\"{}\" type=\"outcome\">{}</failure>\n    </testcase>\n",
                             escape(why), escape(describe(verdict)));
}

}  // namespace

std::string to_junit(const RunInfo& run, const std::vector<Verdict>& verdicts) {
    const Totals totals = count(verdicts);
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    const std::string numbers =
        fmt::format("name=\"rakit {}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\"",
                    escape(run.depth), verdicts.size(), totals.failed, totals.skipped, seconds(run.duration));
    xml += fmt::format("<testsuites>\n  <testsuite {}>\n", numbers);
    for (const auto& verdict : verdicts) xml += test_case(verdict);
    return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace rakit::scenarios
