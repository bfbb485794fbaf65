#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/os/virtual_card.hpp"
#include "virtual_cards/serve/card_end.hpp"

namespace rakit::cards {

/// Connector opens a fresh stream to a slot of vpcd; each call is one insertion. Failures: io_failed, service_absent.
using Connector = std::function<Result<Descriptor>()>;

/// to_loopback connects to 127.0.0.1:`port`, within five seconds.
Connector to_loopback(std::uint16_t port);

/// ServeOptions vary how a card is served.
struct ServeOptions {
    std::chrono::milliseconds out_at_least{500};  ///< pcscd's 400 ms and some
    bool inserted = true;                         ///< connect at once
    bool quick_ack =
        true;  ///< off only to measure what it is worth: vpcd's two sends then meet delayed ACK, 44 ms each
};

/// ServedCard is a card in a slot: it serves one VirtualCard over vpcd's protocol in a thread of its own.
/// Safe to use from any thread, except from inside the card. Inserted = connected; removed = closed.
class ServedCard {
public:
    /// start begins the thread and inserts the card, unless told not to. `card` outlives the result. Failures: the
    /// connector's.
    static Result<ServedCard> start(VirtualCard& card, Connector connect, ServeOptions options = {});
    ServedCard(ServedCard&&) noexcept;
    ServedCard& operator=(ServedCard&&) noexcept;
    /// The end removes the card and joins its thread.
    ~ServedCard();

    /// insert connects; a card that is in stays in. pcscd looks every 400 ms and doesn't see a card that was pulled and
    /// came back in between: what it says afterwards depends on where its look fell. So the card stays out until
    /// ServeOptions::out_at_least has passed since it was pulled. Failures: the connector's.
    Result<void> insert();
    /// insert_at_once is insert() without that wait, for who wants to know what comes of it.
    Result<void> insert_at_once();
    /// lend takes the card out and gives a fresh connection to its slot: whoever has that is the card there, from
    /// another process too. The card comes back in by insert(), once the connection is closed. Failures: the
    /// connector's.
    Result<Descriptor> lend();
    /// remove closes, and returns when the card has lost its power; whatever it was doing is cut off.
    void remove();
    /// inserted tells whether the link is up; a card that dropped it (Answer::drop) isn't in.
    bool inserted() const;
    /// counters copies what was counted so far.
    ServeCounters counters() const;
    /// answer_reset_with has the card answer to reset with these octets instead of its own; none: its own again.
    void answer_reset_with(std::optional<Bytes> atr);
    /// with_card runs `use` while the card is handling nothing: for snapshots, faults, a reset behind the reader's
    /// back.
    void with_card(const std::function<void(VirtualCard&)>& use);

private:
    class Worker;
    explicit ServedCard(std::unique_ptr<Worker> worker);
    std::unique_ptr<Worker> x_worker;
};

}  // namespace rakit::cards
