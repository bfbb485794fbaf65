#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "common/base/bounded_worker.hpp"
#include "common/base/result.hpp"

namespace rakit::reference {

struct Pkcs11Library;

/// Pkcs11Module is a loaded PKCS#11 module. Everything in it happens on one thread of its own, and no call waits
/// longer than the deadline. Officers on several tokens of one module share it: a module can be initialised once only.
class Pkcs11Module {
public:
    static constexpr std::chrono::seconds kDeadline{20};

    /// load opens and initialises the module. Failures: file_unreadable, officer_credential_invalid (no module, or it
    /// doesn't answer).
    static Result<std::shared_ptr<Pkcs11Module>> load(const std::filesystem::path& path,
                                                      std::chrono::milliseconds deadline = kDeadline);
    /// Finalises and unloads the module, unless it hangs.
    ~Pkcs11Module();
    Pkcs11Module(const Pkcs11Module&) = delete;
    Pkcs11Module& operator=(const Pkcs11Module&) = delete;

    /// call runs a job on the module's thread. The job owns all that it touches, because it may outlive the call.
    /// Failures: the job's; officer_credential_invalid after the deadline, and at once for every later call.
    Result<void> call(std::function<Result<void>(Pkcs11Library&)> job);

private:
    Pkcs11Module(std::shared_ptr<Pkcs11Library> library, std::chrono::milliseconds deadline);

    std::shared_ptr<Pkcs11Library> x_library;
    std::mutex x_one_caller;
    std::unique_ptr<BoundedWorker> x_worker;
    std::chrono::milliseconds x_deadline;
};

}  // namespace rakit::reference
