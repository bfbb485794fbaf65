#include "scenarios/runner/case_trace.hpp"

#include <fmt/format.h>

#include "common/iso7816/apdu.hpp"

namespace rakit::scenarios {

void CaseTrace::emit(TraceEvent event) {
    if (event.kind == TraceEvent::Kind::apdu || event.kind == TraceEvent::Kind::http) return;
    add(name(event.kind), event.text);
}

void CaseTrace::add(std::string_view kind, const std::string& text) {
    const double seconds = static_cast<double>((x_clock.elapsed() - x_start).count()) / 1000.0;
    const std::lock_guard lock(x_mutex);
    x_lines.push_back(fmt::format("{:7.3f} {:6} {}", seconds, kind, text));
}

std::vector<std::string> CaseTrace::lines() const {
    const std::lock_guard lock(x_mutex);
    return x_lines;
}

void TracedCard::power_on() {
    x_trace.add("card", x_which + "power on");
    x_card.power_on();
}

void TracedCard::power_off() {
    x_trace.add("card", x_which + "power off");
    x_card.power_off();
}

void TracedCard::reset() {
    x_trace.add("card", x_which + "reset");
    x_card.reset();
}

cards::Answer TracedCard::handle(ByteView command) {
    cards::Answer answer = x_card.handle(command);
    const auto parsed = iso7816::parse_command(command);
    const std::string asked =
        parsed ? iso7816::header_line(*parsed) : fmt::format("{} octets that are no APDU", command.size());
    if (answer.drop || answer.bytes.size() < 2) {
        x_trace.add("apdu", x_which + asked + " -> the card is gone");
        return answer;
    }
    const ByteView status = ByteView(answer.bytes).last(2);
    x_trace.add("apdu", fmt::format("{}{} -> {} octets {}", x_which, asked, answer.bytes.size() - 2, to_hex(status)));
    return answer;
}

net::HttpResponse TracedHost::handle(const net::HttpRequest& request) {
    const std::string number = std::to_string(++x_requests);
    x_moment("request:" + number);
    auto response = x_host.handle(request);
    x_moment("answer:" + number);
    x_trace.add("http", fmt::format("{} {} {} octets -> {} {} octets", request.method, request.target,
                                    request.body.size(), response.status, response.body.size()));
    return response;
}

}  // namespace rakit::scenarios
