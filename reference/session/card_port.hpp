#pragma once

#include "common/base/rng.hpp"
#include "reference/card/card_profile.hpp"

namespace rakit::reference {

/// CardPort is the card to update as the driver needs it: the reader, the family and the lock in one.
/// Everything but lock() and unlock() wants the lock.
class CardPort {
public:
    virtual ~CardPort() = default;
    /// real_reader names the reader if the card in it is no virtual one: the officer is asked before the first write.
    virtual std::string real_reader() const { return {}; }
    virtual Result<void> lock() = 0;
    virtual void unlock() = 0;
    virtual Result<Contents> read_contents() = 0;
    virtual Result<CardIdentity> read_identity() = 0;
    virtual Result<void> verify(const PinState& pin, const Pin& value) = 0;
    virtual Result<Bytes> sign(const KeyLine& key, ByteView message) = 0;
    /// prove_possession is for keys that can't sign: the card deciphers a challenge or agrees on a secret.
    virtual Result<void> prove_possession(const KeyLine& key, Rng& rng) = 0;
    virtual Result<WritePlan> plan_write(const WriteOrder& wanted, UtcTime now) = 0;
    /// send does one step of a plan. Failure: card_write_failed with the status word, or what the reader says.
    virtual Result<void> send(const WriteStep& step) = 0;
};

}  // namespace rakit::reference
