#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include "certify/core/verdict.hpp"
#include "certify/reader/hands.hpp"
#include "certify/reader/pcsc.hpp"
#include "certify/reader/presence.hpp"
#include "certify/reader/status_name.hpp"
#include "certify/reader/tester_card.hpp"
#include "certify/suite/apart.hpp"
#include "common/base/secret.hpp"

namespace rakit::certify {

class StationHands;

/// PinsById are the PINs of a card that the user named, by their ids on it.
using PinsById = std::map<std::string, Pin>;

/// Bench is what a case is measured with.
struct Bench {
    std::string reader;
    ReaderKind kind = ReaderKind::real;
    std::string card = "other";  ///< `own`: the tester card, `handler`: HandlerTest's applet, `other`
    std::string profile;         ///< of a card that the user named: `piv`, `pkcs15`
    Bytes atr;                   ///< as it was when the reader was looked at
    bool quick = true;
    Hands* hands = nullptr;
    StationHands* station = nullptr;  ///< of a printer's station
    std::string reader_socket;        ///< of the project's own reader
    std::string scratch = "/tmp";     ///< where a service of our own has its folder
    std::string filters;              ///< "yes" or "no": what the user says of the reader's PIN pad; else nobody knows
    const PinsById* pins = nullptr;   ///< of a card that the user named
    CallLog* log = nullptr;

    /// can tells whether somebody can do a deed; else the case is not applicable.
    bool can(Deed deed, Facts& facts) const;
    /// act does it; a failure goes into the facts as `hands`.
    bool act(Deed deed, Facts& facts, const std::string& what = {}) const;
    /// count is how often something is done, by mode.
    int count(int in_quick, int in_full) const { return quick ? in_quick : in_full; }
};

using Steady = std::chrono::steady_clock;

/// ms_since and us_since measure from a moment.
double ms_since(Steady::time_point from);
double us_since(Steady::time_point from);

/// hex_sw gives a status word as four digits, or the PC/SC status where there is none.
std::string hex_sw(const Reply& reply);

/// Seat is a context and a connection to the reader, the tester card's application selected where there is one.
struct Seat {
    explicit Seat(const Bench& bench, DWORD share = SCARD_SHARE_SHARED);
    /// ok tells whether everything worked; else what didn't is in the facts as `connect`.
    bool ok(Facts& facts) const;
    /// select selects it again: after a reset nothing is.
    bool select();

    const Bench& bench;
    Context context;
    Handle card;
    LONG connected;
    bool selected = true;
};

/// answers tells whether the card in the reader can be connected to and speaks, within the hands' bound: what
/// "recovers" means.
bool answers(const Bench& bench);

/// settle brings the reader back to how a case expects it: plugged in, the card in, as it is by itself.
void settle(const Bench& bench, Facts& facts);

}  // namespace rakit::certify
