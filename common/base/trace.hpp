#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace rakit {

/// TraceEvent is one thing that happened, redacted where it was emitted.
struct TraceEvent {
    enum class Kind { note, apdu, http, prompt, state };
    Kind kind = Kind::note;
    std::string text;    ///< one line: an APDU's header, lengths and SW; a request's method, path, status
    std::string detail;  ///< more, e.g. full octets in hex; only from a virtual card and on request
    std::chrono::microseconds duration{0};  ///< zero where there is none
};

/// name gives a kind's word.
std::string_view name(TraceEvent::Kind kind);

/// Trace takes events; there is no global one.
class Trace {
public:
    virtual ~Trace() = default;
    virtual void emit(TraceEvent event) = 0;
};

/// NoTrace forgets.
class NoTrace final : public Trace {
public:
    void emit(TraceEvent) override {}
};

/// RecordingTrace keeps all; one thread at a time.
class RecordingTrace final : public Trace {
public:
    void emit(TraceEvent event) override { x_events.push_back(std::move(event)); }
    const std::vector<TraceEvent>& events() const { return x_events; }

private:
    std::vector<TraceEvent> x_events;
};

}  // namespace rakit
