#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::scenarios {

/// CaseEvent is one thing that happened in a case, as it was seen from outside the RA.
struct CaseEvent {
    std::chrono::microseconds at{0};    ///< since the case began
    std::string kind;                   ///< "apdu", "http", "card", "prompt", "note", "state", "result"
    std::string text;                   ///< for people; holds no secret
    std::chrono::microseconds took{0};  ///< of an exchange; zero where there is none
    Bytes sent, received;  ///< an exchange's octets with secrets blotted out; only where they were asked for
};

/// CaseTraceFile is a trace as docs/formats/trace.md has it.
struct CaseTraceFile {
    std::string id;
    std::string depth;
    std::string iut;
    int run = 1;
    std::uint64_t seed = 1;
    std::vector<CaseEvent> events;
};

/// to_text gives an event's line: time, kind, text.
std::string to_text(const CaseEvent& event);
std::string to_text(const CaseTraceFile& trace);

/// head_line and event_line write the lines of a trace file, without the line break.
std::string head_line(const CaseTraceFile& trace);
std::string event_line(const CaseEvent& event);

/// parse_trace reads a trace file. A last line that broke off is left out: its writer was killed. Failure:
/// document_invalid, with the line's number.
Result<CaseTraceFile> parse_trace(std::string_view text, const std::string& file);

/// to_pcapng writes a trace as a pcapng (draft-ietf-opsawg-pcapng) that Wireshark and tshark dissect: APDUs as exported
/// PDUs for their ISO 7816 dissector, HTTP as plain TCP streams on port 80. Events without octets are left out.
Bytes to_pcapng(const CaseTraceFile& trace);

}  // namespace rakit::scenarios
