#pragma once

#include <functional>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "common/base/trace.hpp"
#include "reference/card/card_reader.hpp"
#include "reference/cm/http_exchange.hpp"
#include "reference/officer/officer.hpp"
#include "reference/session/update.hpp"
#include "scenarios/iut/iut.hpp"

namespace rakit::scenarios {

/// ReferencePorts is what the reference works with in this process; borrowed.
struct ReferencePorts {
    reference::CardReader& reader;
    /// exchange makes the way to the CM, for this officer, who outlives it.
    std::function<Result<std::unique_ptr<reference::HttpExchange>>(const reference::OfficerCredential&)> exchange;
    std::vector<x509::Certificate> anchors;
    Clock& clock;
    Rng& rng;
    Trace& trace;
    std::chrono::milliseconds cm_deadline{30000};  ///< for one answer of the CM
    /// at_device does the update where the card has to be brought to the reader first; empty: it is there.
    using AtDevice = std::function<Result<reference::UpdateOutcome>(
        reference::UpdatePorts&, const std::function<Result<reference::UpdateOutcome>()>& update)>;
    AtDevice at_device = {};
};

/// ReferenceCalls is what the RA is called by; others than the reference's own stand around it.
struct ReferenceCalls {
    std::function<Result<reference::UpdateOutcome>(reference::UpdatePorts&, const reference::UpdateRequest&)> update =
        reference::update;
    std::function<Result<reference::UpdateOutcome>(reference::UpdatePorts&)> resume = [](auto& ports) {
        return reference::resume(ports);
    };
    std::function<Result<reference::UpdateOutcome>(reference::UpdatePorts&)> abandon = [](auto& ports) {
        return reference::abandon(ports);
    };
    /// exchange stands around the way to the CM.
    std::function<std::unique_ptr<reference::HttpExchange>(std::unique_ptr<reference::HttpExchange>)> exchange =
        [](auto inner) { return inner; };
};

/// ReferenceIut is our own RA, called directly; reader name and URL of the job are not looked at.
class ReferenceIut final : public Iut {
public:
    explicit ReferenceIut(ReferencePorts ports, ReferenceCalls calls = {})
        : x_ports(std::move(ports)), x_calls(std::move(calls)) {}
    /// run fails as opening the officer's file does.
    Result<IutResult> run(const Job& job, Typist& typist) override;

private:
    ReferencePorts x_ports;
    ReferenceCalls x_calls;
};

}  // namespace rakit::scenarios
