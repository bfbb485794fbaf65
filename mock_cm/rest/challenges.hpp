#pragma once

#include <map>
#include <mutex>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/clock.hpp"
#include "common/base/rng.hpp"

namespace rakit::cm {

/// Challenges remember what was given out to be signed, so that a signature counts once, soon, and for the request that
/// it was made for. They live in memory: after a restart a client asks anew. Safe from several threads.
class Challenges {
public:
    /// kLifetime is how long the officer may take to sign; kMost, how many are open at once - the oldest goes first.
    static constexpr std::chrono::minutes kLifetime{10};
    static constexpr std::size_t kMost = 4096;

    /// offer gives the octets to sign for a request: a JSON text with what it asks for, a nonce and the time of its
    /// end. `request` is the members of a JSON object, without braces.
    Bytes offer(const std::string& request, UtcTime now, Rng& rng);
    /// redeem tells whether these octets were offered for this request and are still open, and closes them.
    bool redeem(ByteView signed_octets, const std::string& request, UtcTime now);

private:
    struct Open {
        std::string request;
        UtcTime until;
    };
    void forget_old(UtcTime now);

    std::mutex x_mutex;
    std::map<Bytes, Open> x_open;  ///< by SHA-256 of the octets
};

}  // namespace rakit::cm
