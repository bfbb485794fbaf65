#pragma once

#include <chrono>
#include <string>

#include "common/base/result.hpp"

namespace rakit::certify {

/// Deed is something that must be done to a reader from outside.
enum class Deed {
    insert,           ///< nothing if a card is in
    remove,           ///< nothing if none is in
    insert_at_once,   ///< after a removal, before anybody can have looked
    answer_to_reset,  ///< the card answers to reset with these octets (hex; empty: its own again) from the next
                      ///< insertion on
    truncate,         ///< the card's next answer breaks off on its way
    unplug,           ///< the reader
    replug,
    keys,  ///< on the PIN pad: digits, E enter, C cancel; typed ahead
    restart_service,
};

/// Hands is who does it: a person, or a control socket.
class Hands {
public:
    virtual ~Hands() = default;
    /// unattended tells that nobody need be there.
    virtual bool unattended() const = 0;
    /// can tells whether a deed can be asked for.
    virtual bool can(Deed deed) const = 0;
    /// act asks for a deed; when it returns, it is under way: the reader's events tell when it is done. Failures:
    /// unsupported, those of the control socket or the printer.
    virtual Result<void> act(Deed deed, const std::string& what = {}) = 0;
    /// bound is how long a deed may take.
    virtual std::chrono::milliseconds bound() const = 0;
};

}  // namespace rakit::certify
