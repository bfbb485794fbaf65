#pragma once

#include <map>
#include <mutex>
#include <optional>

#include "common/x509/certificate.hpp"

namespace rakit::cm {

/// ProvenCertificates remembers certificates whose chain to one anchor was verified, parsed, by their octets: neither
/// they nor the anchor ever change, so the signature need not be verified with every request. What does change - time,
/// revocation, the officer's state - is not in here and is judged each time. Safe from several threads.
class ProvenCertificates {
public:
    /// kMost bounds the memory; beyond it, an old entry leaves for a new one.
    static constexpr std::size_t kMost = 1024;

    std::optional<x509::Certificate> find(ByteView der) const;
    bool holds(const x509::Certificate& certificate) const;
    void remember(const x509::Certificate& certificate);

private:
    mutable std::mutex x_mutex;
    std::map<Bytes, x509::Certificate> x_certificates;
};

}  // namespace rakit::cm
