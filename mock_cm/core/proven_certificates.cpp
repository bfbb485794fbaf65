#include "mock_cm/core/proven_certificates.hpp"

namespace rakit::cm {

std::optional<x509::Certificate> ProvenCertificates::find(ByteView der) const {
    const std::lock_guard lock(x_mutex);
    const auto found = x_certificates.find(Bytes(der.begin(), der.end()));
    return found == x_certificates.end() ? std::nullopt : std::optional(found->second);
}

bool ProvenCertificates::holds(const x509::Certificate& certificate) const {
    const std::lock_guard lock(x_mutex);
    return x_certificates.contains(certificate.der());
}

void ProvenCertificates::remember(const x509::Certificate& certificate) {
    const std::lock_guard lock(x_mutex);
    if (x_certificates.size() >= kMost) x_certificates.erase(x_certificates.begin());
    x_certificates.insert_or_assign(certificate.der(), certificate);
}

}  // namespace rakit::cm
