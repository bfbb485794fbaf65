#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/ossl/keys.hpp"

namespace rakit::bench {

/// Operation is a bare cryptographic operation with how often a task needs it.
struct Operation {
    std::string name;
    int count = 0;
    std::function<void()> run;
};

/// FloorKeys are keys and signatures for the operations.
struct FloorKeys {
    ossl::PKey rsa, ec;
    Bytes rsa_signature, ec_signature;
};

/// RedoFloor is what a two-key Redo (RSA-2048 and P-256, software token, both sides in one process) can't do without:
/// each operation that the task needs once, with keys that are decoded already. What somebody does twice isn't in it.
class RedoFloor {
public:
    /// Throws std::runtime_error if OpenSSL fails.
    RedoFloor();
    const std::vector<Operation>& operations() const { return x_operations; }
    /// run does them all, each as often as it is needed.
    void run() const;

private:
    std::shared_ptr<FloorKeys> x_keys;
    std::vector<Operation> x_operations;
};

}  // namespace rakit::bench
