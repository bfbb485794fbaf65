#pragma once

#include <memory>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::reference {

/// ExclusiveAccess is the card while nobody else can speak to it (a PC/SC transaction); the only way to transmit.
/// It ends with its life. It is never held across a prompt, a wait or a network call.
class ExclusiveAccess {
public:
    virtual ~ExclusiveAccess() = default;
    /// transmit sends one command APDU and returns the response APDU as it came; one under two octets is card_removed.
    /// Failures: card_removed, card_mute, reader_absent, service_absent.
    virtual Result<Bytes> transmit(ByteView command) = 0;
    /// reset_when_done has the card reset when this access ends: what was verified in it must not outlive it, or
    /// another process could use the key that a PIN opened. Called before the first VERIFY.
    virtual void reset_when_done() = 0;
};

/// CardReader is a reader with perhaps a card in it: the port of everything that carries APDUs (PC/SC, in-process,
/// socket).
class CardReader {
public:
    virtual ~CardReader() = default;
    virtual std::string name() const = 0;
    /// is_virtual tells whether nobody's card can be in this reader: nobody need be asked before it is written.
    virtual bool is_virtual() const { return false; }
    /// atr connects if need be and tells the ATR of the card that is in now. Failures: card_absent, reader_absent, ...
    virtual Result<Bytes> atr() = 0;
    /// lock begins exclusive access, connecting if need be. If the card was reset or exchanged since the last lock,
    /// this succeeds all the same: nothing is selected or verified then, and who it is must be read again.
    virtual Result<std::unique_ptr<ExclusiveAccess>> lock() = 0;
};

}  // namespace rakit::reference
