#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"

namespace rakit::cards {

/// DaemonReader is a reader as pcscd sees it.
struct DaemonReader {
    std::string name;
    bool card = false;  ///< present, powered, its ATR read
    Bytes atr;
};

/// DaemonClient asks a pcscd for its readers by the protocol that libpcsclite speaks (4:4, that of pcsc-lite 1.9):
/// SCardListReaders and SCardGetStatusChange are just this. The library itself finds one daemon per process and never
/// another (it reads PCSCLITE_CSOCK_NAME once), so it can't watch several sandboxes; tests compare the two.
class DaemonClient {
public:
    /// connect opens a client connection. Failures: service_absent.
    static Result<DaemonClient> connect(const std::filesystem::path& socket, std::chrono::milliseconds bound);
    /// readers lists them now, and asks to be told of the next change. Failure: service_absent.
    Result<std::vector<DaemonReader>> readers(std::chrono::milliseconds bound);
    /// change waits for a change since readers(); false when `bound` has passed. Failure: service_absent.
    Result<bool> change(std::chrono::milliseconds bound);

private:
    explicit DaemonClient(Descriptor link) : x_link(std::move(link)) {}
    Descriptor x_link;
};

}  // namespace rakit::cards
