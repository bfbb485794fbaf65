#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"

namespace rakit::cards {

/// Network says where a sandbox's vpcd listens.
enum class Network {
    private_namespace,  ///< in a network namespace of its own: nobody else can connect
    host,               ///< at random ports of all interfaces: vpcd knows no other way
};

/// name gives `private-namespace` or `host`.
std::string_view name(Network network);

/// KeeperPlan is what the keeper needs, prepared before the fork.
struct KeeperPlan {
    std::filesystem::path pcscd;
    std::filesystem::path configuration;  ///< absolute folder of reader.conf files
    std::filesystem::path log;            ///< where pcscd's output goes
    std::filesystem::path nothing;  ///< an empty folder, mounted over the USB drivers where namespaces are to be had
    std::filesystem::path preload;  ///< a library that pcscd starts with; empty: none
    Descriptor listener;            ///< the clients' socket, listening
    Network network = Network::host;
    bool drop_privileges = false;  ///< become kUnprivileged first
};

/// kUnprivileged is the user and group that pcscd runs as when root starts it: Debian's nobody and nogroup.
inline constexpr uid_t kUnprivileged = 65534;

/// Keeper is a child process that holds the namespaces, runs pcscd in them and opens connections to vpcd inside. It and
/// pcscd end when this object does, and when our process dies, however that happens: the keeper sees our end of a
/// socket close. (PR_SET_PDEATHSIG alone would follow the thread that forked, not the process.) Safe to use from any
/// thread.
class Keeper {
public:
    /// start forks. Failures: unsupported (the namespace or the other user can't be had), io_failed.
    static Result<std::unique_ptr<Keeper>> start(KeeperPlan plan);
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;
    /// The end kills pcscd and waits for the keeper.
    ~Keeper();

    /// connect opens a stream to vpcd's `port`. Failures: io_failed, service_absent when pcscd has ended.
    Result<Descriptor> connect(std::uint16_t port);

private:
    struct Shared;
    explicit Keeper(std::unique_ptr<Shared> shared);
    std::unique_ptr<Shared> x_shared;
};

}  // namespace rakit::cards
