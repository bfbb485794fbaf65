#include "reference/officer/chain.hpp"

#include <algorithm>

namespace rakit::reference {

std::vector<x509::Certificate> issuers_first(const x509::Certificate& leaf, std::vector<x509::Certificate> pool) {
    std::vector<x509::Certificate> chain;
    while (true) {
        const x509::Certificate& last = chain.empty() ? leaf : chain.back();
        if (last.self_issued()) return chain;
        const auto issuer = std::find_if(pool.begin(), pool.end(), [&](const auto& candidate) {
            return candidate.subject_der() == last.issuer_der() && last.signed_by(candidate);
        });
        if (issuer == pool.end()) return chain;
        chain.push_back(std::move(*issuer));
        pool.erase(issuer);
    }
}

}  // namespace rakit::reference
