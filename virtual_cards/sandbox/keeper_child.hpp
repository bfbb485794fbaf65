#pragma once

#include <cstdint>

#include "virtual_cards/sandbox/keeper.hpp"

namespace rakit::cards {

/// KeeperReply is what the keeper says over its socket; a connected stream travels beside it (SCM_RIGHTS).
struct KeeperReply {
    enum class Step : std::int32_t { ready, namespaces, loopback, privileges, run, connect };
    Step step = Step::ready;  ///< what was tried last
    std::int32_t cause = 0;   ///< errno; 0: done
};

/// ChildPlan is KeeperPlan as plain memory: after the fork of a process with threads only async-signal-safe calls are
/// allowed.
struct ChildPlan {
    const char* pcscd;
    const char* configuration;
    const char* log;
    const char* nothing;
    const char* preload;   ///< `LD_PRELOAD=PATH`, or nullptr
    const char* user_map;  ///< for /proc/self/uid_map; nullptr: no user namespace
    const char* group_map;
    int listener;
    int control;  ///< our end of the keeper's socket
    bool private_network;
    bool drop_privileges;
};

/// keep is the keeper's whole life.
[[noreturn]] void keep(const ChildPlan& plan);

}  // namespace rakit::cards
