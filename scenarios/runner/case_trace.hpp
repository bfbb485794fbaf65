#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/trace.hpp"
#include "mock_cm/core/host.hpp"
#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::scenarios {

/// CaseTrace keeps one line for each thing that happened in a case, with its time, from any thread. What the RA says of
/// its APDUs and requests is left out: both are seen from outside, whoever the RA is.
class CaseTrace final : public Trace {
public:
    explicit CaseTrace(Clock& clock) : x_clock(clock), x_start(clock.elapsed()) {}
    void emit(TraceEvent event) override;
    /// add writes a line.
    void add(std::string_view kind, const std::string& text);
    std::vector<std::string> lines() const;

private:
    Clock& x_clock;
    std::chrono::milliseconds x_start;
    mutable std::mutex x_mutex;
    std::vector<std::string> x_lines;
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

private:
    cards::VirtualCard& x_card;
    CaseTrace& x_trace;
    std::string x_which;
};

/// TracedHost writes method, target, sizes and status of each request that reaches the CM.
class TracedHost final : public cm::Host {
public:
    /// `moment` is called with `request:N` and `answer:N`.
    TracedHost(cm::Host& host, CaseTrace& trace, std::function<void(const std::string&)> moment)
        : x_host(host), x_trace(trace), x_moment(std::move(moment)) {}
    net::HttpResponse handle(const net::HttpRequest& request) override;

private:
    cm::Host& x_host;
    CaseTrace& x_trace;
    std::function<void(const std::string&)> x_moment;
    std::atomic<int> x_requests{0};
};

}  // namespace rakit::scenarios
