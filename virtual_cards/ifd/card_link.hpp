#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "common/base/descriptor.hpp"
#include "virtual_cards/reader/reader.hpp"
#include "virtual_cards/serve/vpcd_frame.hpp"

namespace rakit::ifd {

/// CardLink is a slot at a TCP port of 127.0.0.1 for a virtual card that speaks vpcd's protocol: connected = in the
/// slot. The card is one thread's at a time (pcscd locks each reader); interrupts come from any.
class CardLink final : public reader::Contacts {
public:
    /// `moved` is told of each card that came (true) or went, from a thread of the link's.
    explicit CardLink(std::function<void(bool in)> moved);
    CardLink(const CardLink&) = delete;
    CardLink& operator=(const CardLink&) = delete;
    ~CardLink() override;
    /// open listens. Failure: io_failed.
    Result<void> open(std::uint16_t port);

    bool card() const override;
    void power(bool on) override;
    void reset() override;
    Result<Bytes> atr() override;
    Result<Bytes> exchange(ByteView command, std::chrono::milliseconds bound) override;

    /// interrupt ends what is under way, and all that comes, with reader_absent, until it is told otherwise.
    void interrupt(bool on);

private:
    /// Stream is one card's connection. An answer that nobody waited for to its end is still to come.
    struct Stream {
        Descriptor fd;
        cards::VpcdStream frames;
        unsigned unclaimed = 0;
    };
    void run();
    void accept_card();
    void lose(const std::shared_ptr<Stream>& stream);
    std::shared_ptr<Stream> stream() const;
    void control(std::uint8_t what);
    Result<Bytes> ask(ByteView payload, std::chrono::milliseconds bound);

    Descriptor x_listener;
    Descriptor x_end;
    Descriptor x_interrupt;
    std::function<void(bool in)> x_moved;
    mutable std::mutex x_mutex;
    std::shared_ptr<Stream> x_stream;
    std::thread x_thread;
};

}  // namespace rakit::ifd
