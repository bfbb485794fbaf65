#pragma once

#include <map>
#include <string>

namespace rakit::bench {

/// Sampler finds out in whose code this process's CPU time goes: each millisecond of it (SIGPROF) it notes which loaded
/// file the program counter is in. One at a time.
class Sampler {
public:
    Sampler();
    ~Sampler();
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;
    void start();
    void stop();
    /// shares gives the parts of the CPU time: "libcrypto", "libssl", "libsqlite3", "libc" (and libstdc++), "kernel"
    /// (system calls, by getrusage), "own" and "other"; about 1 in all. Empty before the first sample.
    std::map<std::string, double> shares() const;
};

}  // namespace rakit::bench
