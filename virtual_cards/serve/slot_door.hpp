#pragma once

#include <filesystem>
#include <memory>

#include "common/base/result.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {

/// SlotDoor lets other processes of this user put cards into a slot of vpcd that only we can reach: at a UNIX-domain
/// socket, mode 0600, each client is given a fresh stream to the slot (SCM_RIGHTS). In a thread of its own, until it is
/// destroyed; streams that were given out stay.
class SlotDoor {
public:
    /// start listens at `socket`. Failure: file_unwritable (something is there, or the path is over 107 octets).
    static Result<SlotDoor> start(const std::filesystem::path& socket, Connector slot);
    SlotDoor(SlotDoor&&) noexcept;
    SlotDoor& operator=(SlotDoor&&) noexcept;
    ~SlotDoor();

private:
    class Worker;
    explicit SlotDoor(std::unique_ptr<Worker> worker);
    std::unique_ptr<Worker> x_worker;
};

/// through_door connects to a slot that another process has a SlotDoor to. Its failure: service_absent.
Connector through_door(const std::filesystem::path& socket);

}  // namespace rakit::cards
