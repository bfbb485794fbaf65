#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "common/base/descriptor.hpp"
#include "scenarios/links/card_link.hpp"

namespace rakit::scenarios {

/// VpcdHost is vpcd's end of its protocol without pcscd: a listening port on loopback to which one card connects, and
/// the reader's commands to it. It sends length and body apart, as vpcd does, so that a card that is slow with vpcd is
/// slow here.
class VpcdHost final : public CardLink {
public:
    /// listen takes a free port. A card gets `bound` for each answer, then it counts as mute. Failure: io_failed.
    static Result<std::unique_ptr<VpcdHost>> listen(std::chrono::milliseconds bound = std::chrono::seconds(60));
    std::uint16_t port() const { return x_port; }

    bool connected() override;
    Result<Bytes> power_on() override;
    Result<void> reset() override;
    Result<Bytes> exchange(ByteView command) override;

private:
    VpcdHost(Descriptor listener, std::uint16_t port, std::chrono::milliseconds bound)
        : x_listener(std::move(listener)), x_port(port), x_bound(bound) {}
    bool send_message(ByteView payload) const;
    Result<Bytes> receive_message();
    Result<void> receive(std::uint8_t* to, std::size_t size);
    Unexpected removed();

    Descriptor x_listener;
    Descriptor x_card;
    std::uint16_t x_port;
    std::chrono::milliseconds x_bound;
};

}  // namespace rakit::scenarios
