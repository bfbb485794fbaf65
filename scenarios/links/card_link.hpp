#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "reference/card/card_reader.hpp"

namespace rakit::scenarios {

/// CardLink is a way to a virtual card that isn't PC/SC. One thread at a time; LinkReader sees to that.
class CardLink {
public:
    virtual ~CardLink() = default;
    /// connected tells whether the card that was powered last is still in, without powering anything.
    virtual bool connected() = 0;
    /// power_on powers the card that is in now, and gives its ATR. Failure: card_absent, card_mute.
    virtual Result<Bytes> power_on() = 0;
    /// reset is a warm reset of the powered card. Failure: card_removed.
    virtual Result<void> reset() = 0;
    /// exchange carries one APDU there and back. Failures: card_removed, card_mute.
    virtual Result<Bytes> exchange(ByteView command) = 0;
};

/// LinkReader is the reference's reader over a link. A card stays powered from the first use on, across locks, as it
/// does under PC/SC between clients that leave it so; a card that was pulled is card_removed for the lock that is held
/// then, and whichever card is in at the next lock is powered afresh.
class LinkReader final : public reference::CardReader {
public:
    LinkReader(std::string name, std::unique_ptr<CardLink> link);
    std::string name() const override { return x_name; }
    bool is_virtual() const override { return true; }
    Result<Bytes> atr() override;
    Result<std::unique_ptr<reference::ExclusiveAccess>> lock() override;
    /// reset is what another client's SCardReconnect does: RAM is gone, the lock holder isn't told. Failure:
    /// card_removed.
    Result<void> reset();

private:
    class Access;
    Result<void> connect();

    std::string x_name;
    std::unique_ptr<CardLink> x_link;
    std::mutex x_exclusive;  ///< held by Access
    std::mutex x_use;        ///< held for each use of the link
    Bytes x_atr;
    unsigned x_session = 0;  ///< counts cards: an Access of an earlier one is dead
    bool x_powered = false;
};

}  // namespace rakit::scenarios
