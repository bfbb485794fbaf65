#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/descriptor.hpp"
#include "common/base/trace.hpp"
#include "mock_cm/core/host.hpp"
#include "scenarios/runner/case_event.hpp"
#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::scenarios {

/// TraceWish says what becomes of a case's trace beside the verdict.
struct TraceWish {
    std::filesystem::path file;  ///< each event is written there as it comes, so that it outlives us; empty: nowhere
    bool octets = false;         ///< with what was exchanged, secrets blotted out
};

/// CaseTrace keeps each thing that happened in a case, with its time, from any thread. What the RA says of its APDUs
/// and requests is left out: both are seen from outside, whoever the RA is. Times are the machine's, at each depth.
class CaseTrace final : public Trace {
public:
    /// A file that can't be written is gone without: it spoils no verdict.
    CaseTrace(const TraceWish& wish, const CaseTraceFile& head);
    void emit(TraceEvent event) override;
    /// add notes something at this moment.
    void add(std::string_view kind, const std::string& text);
    /// now is the time since the case began.
    std::chrono::microseconds now() const;
    /// exchange notes what began at `from` and ends now; `sent` and `received` are kept if octets are wished.
    void exchange(std::chrono::microseconds from, std::string_view kind, const std::string& text,
                  const std::function<std::pair<Bytes, Bytes>()>& octets);
    std::vector<CaseEvent> events() const;

private:
    void put(CaseEvent event);

    bool x_octets;
    std::chrono::steady_clock::time_point x_start;
    Descriptor x_file;
    mutable std::mutex x_mutex;
    std::vector<CaseEvent> x_events;
};

/// TracedCard writes header, lengths and SW of each APDU that reaches a card; never data.
class TracedCard final : public cards::VirtualCard {
public:
    /// `which` begins each line of a card that isn't the one to update.
    TracedCard(cards::VirtualCard& card, CaseTrace& trace, std::string which = "")
        : x_card(card), x_trace(trace), x_which(std::move(which)) {}
    Bytes atr() const override { return x_card.atr(); }
    void power_on() override;
    void power_off() override;
    void reset() override;
    cards::Answer handle(ByteView command) override;
    /// wrong_pins counts the VERIFY commands that the card answered with 63CX; from any thread, as open().
    int wrong_pins() const { return x_wrong_pins; }
    /// open tells whether a PIN that was verified still is: no reset and no loss of power came after it.
    bool open() const { return x_open; }

private:
    void note_verify(ByteView command, ByteView answer);

    cards::VirtualCard& x_card;
    CaseTrace& x_trace;
    std::string x_which;
    std::atomic<int> x_wrong_pins{0};
    std::atomic<bool> x_open{false};
};

/// note_apdu writes header, lengths and SW of an exchange that began at `from`; an answer of less than two octets is a
/// card that is gone.
void note_apdu(CaseTrace& trace, std::chrono::microseconds from, const std::string& which, ByteView command,
               ByteView answer);

/// TracedHost writes method, target, sizes and status of each request that reaches the CM.
class TracedHost final : public cm::Host {
public:
    /// `moment` is called with `request:N` and `answer:N`.
    TracedHost(cm::Host& host, CaseTrace& trace, std::function<void(const std::string&)> moment)
        : x_host(host), x_trace(trace), x_moment(std::move(moment)) {}
    net::HttpResponse handle(const net::HttpRequest& request) override;
    /// requests counts those that came so far.
    int requests() const { return x_requests; }
    /// as_sent gives those that came, head and body, for the search for secrets.
    std::vector<Bytes> as_sent() const {
        const std::lock_guard lock(x_mutex);
        return x_as_sent;
    }

private:
    cm::Host& x_host;
    CaseTrace& x_trace;
    std::function<void(const std::string&)> x_moment;
    std::atomic<int> x_requests{0};
    mutable std::mutex x_mutex{};
    std::vector<Bytes> x_as_sent{};
};

}  // namespace rakit::scenarios
