#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/sandbox/keeper.hpp"
#include "virtual_cards/sandbox/reader_conf.hpp"

namespace rakit::cards {

/// SandboxOptions say what a sandbox shall have.
struct SandboxOptions {
    std::string reader_name = "Virtual PCD";  ///< the slots are called as reader_names() says: `NAME 00 00` first
    std::vector<std::string> more_readers;    ///< a reader more for each, with this name; behind the slots in readers()
    int slots = 1;  ///< 0 to 16; of vpcd there are always whole drivers, so an even number of readers
    DriverKind driver_kind = DriverKind::vpcd;  ///< of the slots; more_readers are always vpcd's
    std::optional<Network> network;             ///< nothing: a network namespace where it is to be had, else the host's
    std::filesystem::path pcscd = "/usr/sbin/pcscd";
    std::filesystem::path driver = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
    bool late_readers = false;   ///< the shim's readers are unplugged at first (docs/formats/reader-control.md: replug)
    std::filesystem::path shim;  ///< librakit-shim.so, for DriverKind::shim
    std::filesystem::path folder =
        "/tmp";  ///< where the sandbox's own folder is made; its user must be able to reach it
};

struct DriverPlan;

/// Sandbox is a pcscd of its own with empty virtual readers; the host's daemon, its files and its USB readers are never
/// touched. Everything ends with the object, and with the process.
///
/// PC/SC clients find it by the environment variable PCSCLITE_CSOCK_NAME = socket(). libpcsclite reads that once, at a
/// process's first SCardEstablishContext: a child process gets it in its environment; a process that wants to be a
/// client itself calls setenv before its first SCardEstablishContext and speaks to that one sandbox until it ends.
/// Several sandboxes may live in one process, which then is a client of at most one of them.
class Sandbox {
public:
    /// start returns when pcscd shows every reader. Failures: package_missing, file_unwritable (/run/pcscd), usage,
    /// unsupported, service_absent.
    static Result<Sandbox> start(const SandboxOptions& options = {});
    Sandbox(Sandbox&&) noexcept;
    Sandbox& operator=(Sandbox&&) noexcept;
    ~Sandbox();

    /// socket is the clients' socket, for PCSCLITE_CSOCK_NAME; mode 0600, our user's.
    const std::filesystem::path& socket() const;
    /// folder is the sandbox's own, gone when it ends: a place for control sockets.
    const std::filesystem::path& folder() const;
    /// more_reader gives the slot of the `at`-th of SandboxOptions::more_readers.
    int more_reader(int at) const;
    /// readers are the names of all slots, in their order.
    const std::vector<std::string>& readers() const;
    /// reader_control is the control socket of a slot's reader; empty for vpcd's, which have none.
    std::filesystem::path reader_control(int slot) const;
    /// network tells who else could reach vpcd.
    Network network() const;
    /// connector opens connections to a slot (from 0), for ServedCard; it may outlive the sandbox, and fails then.
    std::function<Result<Descriptor>()> connector(int slot) const;
    /// await_card returns when pcscd sees a card in the slot (or none), with its ATR. pcscd looks every 400 ms.
    /// Failures: service_absent, card_absent or card_mute when `bound` has passed.
    Result<Bytes> await_card(int slot, bool present, std::chrono::milliseconds bound = std::chrono::seconds(10)) const;

private:
    struct Running;
    explicit Sandbox(std::unique_ptr<Running> running);
    static void add_slots(Running& running, const DriverPlan& plan, std::uint16_t port, std::size_t at);
    static Result<void> await_readers(const Running& running, bool late, const std::filesystem::path& log);
    static Result<Sandbox> start_in(const SandboxOptions& options, Network network);
    std::unique_ptr<Running> x_running;
};

}  // namespace rakit::cards
