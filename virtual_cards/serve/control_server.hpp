#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/base/result.hpp"
#include "virtual_cards/serve/control.hpp"

namespace rakit::cards {

/// ControlServer answers at a card's control socket, in a thread of its own, until it is destroyed.
class ControlServer {
public:
    /// start listens at `socket`, mode 0600; a socket left behind by a process that is gone is replaced. Failure:
    /// file_unwritable (something else is there, or the path is over 107 octets).
    static Result<ControlServer> start(const std::filesystem::path& socket, ControlledCard card);
    /// start for anything else that answers a request line with an answer line, from the server's thread.
    static Result<ControlServer> start(const std::filesystem::path& socket,
                                       std::function<std::string(std::string_view)> answer);
    static Result<ControlServer> start_passing(const std::filesystem::path& socket,
                                               std::function<ControlAnswer(std::string_view)> answer);
    ControlServer(ControlServer&&) noexcept;
    ControlServer& operator=(ControlServer&&) noexcept;
    ~ControlServer();

private:
    class Worker;
    explicit ControlServer(std::unique_ptr<Worker> worker);
    std::unique_ptr<Worker> x_worker;
};

/// ask_control sends one request line to a control socket and gives the answer line. Failures: service_absent (nobody
/// listens there), io_failed (no answer within ten seconds).
Result<std::string> ask_control(const std::filesystem::path& socket, const std::string& line);

/// ask_control as above, with what came beside the answer; `passed` stays as it is if nothing did.
Result<std::string> ask_control(const std::filesystem::path& socket, const std::string& line, Descriptor& passed);

/// to_lent_slot connects to the slot of a card that has a control socket, in that card's stead: its command `lend`.
/// Failures: ask_control's, and service_absent where the card's owner can't reach the slot.
std::function<Result<Descriptor>()> to_lent_slot(std::filesystem::path socket);

}  // namespace rakit::cards
