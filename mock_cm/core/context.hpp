#pragma once

#include <memory>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "common/x509/cms_message.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/config.hpp"
#include "mock_cm/core/proven_certificates.hpp"

namespace rakit::cm {

/// Context is what every decision may consult; the database comes as a StoreTransaction beside it. It keeps the
/// configuration as it was when the request came, whatever is changed meanwhile.
struct Context {
    Context(std::shared_ptr<const Config> settings, const Hierarchy& cas, Rng& random, UtcTime time,
            ProvenCertificates& certificates)
        : kept(std::move(settings)), config(*kept), hierarchy(cas), rng(random), now(time), proven(certificates) {}

    /// known finds officers' certificates, which come with each request.
    x509::Known known() const {
        return [this](ByteView der) { return proven.find(der); };
    }

    std::shared_ptr<const Config> kept;
    const Config& config;
    const Hierarchy& hierarchy;
    Rng& rng;
    UtcTime now;
    ProvenCertificates& proven;  ///< by the officer CA of `hierarchy`
};

}  // namespace rakit::cm
