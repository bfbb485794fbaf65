#include "scenarios/runner/case_event.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace rakit::scenarios {
namespace {

using nlohmann::json;
using std::chrono::microseconds;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

void take(const json& from, const char* name, Bytes& to) {
    const auto octets = from_hex(from.value(name, ""));
    if (!octets) throw std::invalid_argument(std::string(name) + " is no hex");
    to = *octets;
}

CaseEvent event_of(const json& value) {
    CaseEvent event;
    event.at = microseconds(value.at("at").get<std::int64_t>());
    event.took = microseconds(value.value("took", std::int64_t{0}));
    value.at("kind").get_to(event.kind);
    value.at("text").get_to(event.text);
    take(value, "sent", event.sent);
    take(value, "received", event.received);
    return event;
}

void head_of(const json& value, CaseTraceFile& trace) {
    if (value.at("trace") != 1) throw std::invalid_argument("'trace' is not 1");
    value.at("case").get_to(trace.id);
    value.at("depth").get_to(trace.depth);
    value.at("iut").get_to(trace.iut);
    value.at("run").get_to(trace.run);
    value.at("seed").get_to(trace.seed);
}

}  // namespace

std::string to_text(const CaseEvent& event) {
    std::string line =
        fmt::format("{:7.3f} {:6} {}", static_cast<double>(event.at.count()) / 1e6, event.kind, event.text);
    if (event.took.count() > 0) line += fmt::format(" ({:.1f} ms)", static_cast<double>(event.took.count()) / 1e3);
    return line;
}

std::string to_text(const CaseTraceFile& trace) {
    std::string text =
        fmt::format("{}, run {}, seed {}, depth {}, RA {}\n", trace.id, trace.run, trace.seed, trace.depth, trace.iut);
    for (const auto& event : trace.events) text += to_text(event) + "\n";
    return text;
}

std::string head_line(const CaseTraceFile& trace) {
    return dump({{"trace", 1},
                 {"case", trace.id},
                 {"run", trace.run},
                 {"seed", trace.seed},
                 {"depth", trace.depth},
                 {"iut", trace.iut}});
}

std::string event_line(const CaseEvent& event) {
    json value = {{"at", event.at.count()}, {"kind", event.kind}, {"text", event.text}};
    if (event.took.count() > 0) value["took"] = event.took.count();
    if (!event.sent.empty()) value["sent"] = to_hex(event.sent);
    if (!event.received.empty()) value["received"] = to_hex(event.received);
    return dump(value);
}

Result<CaseTraceFile> parse_trace(std::string_view text, const std::string& file) {
    CaseTraceFile trace;
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        try {
            const json value = json::parse(line);
            if (number == 1)
                head_of(value, trace);
            else
                trace.events.push_back(event_of(value));
        } catch (const std::exception& problem) {
            if (end == std::string_view::npos && number > 1) break;
            return fail(ErrorCode::document_invalid, fmt::format("line {}: {}", number, problem.what()), file);
        }
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (trace.id.empty()) return fail(ErrorCode::document_invalid, "no trace", file);
    return trace;
}

}  // namespace rakit::scenarios
