#pragma once

#include <optional>

#include "mock_cm/ca/hierarchy.hpp"
#include "virtual_cards/images/certificate_issuer.hpp"

namespace rakit::scenarios {

/// HierarchyIssuer lets the mock CM's authorities sign what card recipes wish. "stranger" is a CA of its own that
/// nobody trusts. The same wish gives the same octets.
class HierarchyIssuer final : public cards::CertificateIssuer {
public:
    /// `hierarchy` outlives this.
    explicit HierarchyIssuer(const cm::Hierarchy& hierarchy) : x_hierarchy(hierarchy) {}

    /// issue fails with document_invalid for an issuer that isn't one of CertificateWish's, else with crypto_failed.
    Result<x509::Certificate> issue(const cards::CertificateWish& wish) override;
    Result<x509::Certificate> ca_certificate(const std::string& issuer) override;

private:
    Result<const cm::Authority*> authority(const std::string& name);
    const cm::Hierarchy& x_hierarchy;
    std::optional<cm::Authority> x_stranger;  ///< made when first wished for
};

}  // namespace rakit::scenarios
