#include "scenarios/runner/case_trace.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "common/iso7816/apdu.hpp"
#include "scenarios/runner/blot.hpp"

namespace rakit::scenarios {

CaseTrace::CaseTrace(const TraceWish& wish, const CaseTraceFile& head)
    : x_octets(wish.octets), x_start(std::chrono::steady_clock::now()) {
    if (wish.file.empty()) return;
    x_file.reset(::open(wish.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (x_file) (void)write_all(x_file.get(), as_bytes(head_line(head) + "\n"));
}

std::chrono::microseconds CaseTrace::now() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - x_start);
}

void CaseTrace::emit(TraceEvent event) {
    if (event.kind == TraceEvent::Kind::apdu || event.kind == TraceEvent::Kind::http) return;
    add(name(event.kind), event.text);
}

void CaseTrace::add(std::string_view kind, const std::string& text) {
    put({now(), std::string(kind), text, {}, {}, {}});
}

void CaseTrace::exchange(std::chrono::microseconds from, std::string_view kind, const std::string& text,
                         const std::function<std::pair<Bytes, Bytes>()>& octets) {
    CaseEvent event{from, std::string(kind), text, std::max(now() - from, std::chrono::microseconds(1)), {}, {}};
    if (x_octets) std::tie(event.sent, event.received) = octets();
    put(std::move(event));
}

void CaseTrace::put(CaseEvent event) {
    const std::lock_guard lock(x_mutex);
    if (x_file) (void)write_all(x_file.get(), as_bytes(event_line(event) + "\n"));
    x_events.push_back(std::move(event));
}

std::vector<CaseEvent> CaseTrace::events() const {
    const std::lock_guard lock(x_mutex);
    return x_events;
}

void TracedCard::power_on() {
    x_trace.add("card", x_which + "power on");
    x_card.power_on();
}

void TracedCard::power_off() {
    x_trace.add("card", x_which + "power off");
    x_open = false;
    x_card.power_off();
}

void TracedCard::reset() {
    x_trace.add("card", x_which + "reset");
    x_open = false;
    x_card.reset();
}

void note_apdu(CaseTrace& trace, std::chrono::microseconds from, const std::string& which, ByteView command,
               ByteView answer) {
    const auto parsed = iso7816::parse_command(command);
    std::string text =
        which + (parsed ? iso7816::header_line(*parsed) : fmt::format("{} octets that are no APDU", command.size()));
    if (answer.size() < 2)
        text += " -> the card is gone";
    else
        text += fmt::format(" -> {} octets {}", answer.size() - 2, to_hex(answer.last(2)));
    trace.exchange(from, "apdu", text,
                   [&] { return std::pair(blotted_command(command), blotted_answer(command, answer)); });
}

/// note_verify: VERIFY with data (ISO/IEC 7816-4 section 11.5.6); without any it only asks.
void TracedCard::note_verify(ByteView command, ByteView answer) {
    constexpr std::uint8_t kVerify = 0x20;
    const auto parsed = iso7816::parse_command(command);
    if (!parsed || parsed->ins != kVerify || parsed->data.empty() || answer.size() < 2) return;
    const std::uint8_t sw1 = answer[answer.size() - 2], sw2 = answer.back();
    if (sw1 == 0x90) x_open = true;
    if (sw1 == 0x63 && (sw2 & 0xF0U) == 0xC0) ++x_wrong_pins;
}

cards::Answer TracedCard::handle(ByteView command) {
    const auto from = x_trace.now();
    cards::Answer answer = x_card.handle(command);
    if (!answer.drop) note_verify(command, answer.bytes);
    note_apdu(x_trace, from, x_which, command, answer.drop ? ByteView() : ByteView(answer.bytes));
    return answer;
}

net::HttpResponse TracedHost::handle(const net::HttpRequest& request) {
    const std::string number = std::to_string(++x_requests);
    const auto from = x_trace.now();
    {
        const std::lock_guard lock(x_mutex);
        x_as_sent.push_back(http_text(request));
    }
    x_moment("request:" + number);
    auto response = x_host.handle(request);
    x_moment("answer:" + number);
    x_trace.exchange(from, "http",
                     fmt::format("{} {} {} octets -> {} {} octets", request.method, request.target, request.body.size(),
                                 response.status, response.body.size()),
                     [&] { return std::pair(http_text(request), http_text(response)); });
    return response;
}

}  // namespace rakit::scenarios
