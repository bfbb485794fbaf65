#pragma once

#include <map>
#include <string>

#include "common/base/secret.hpp"
#include "mock_cm/ca/hierarchy.hpp"

namespace rakit::scenarios {

/// MadeOfficers keeps the software tokens of officers by what they were made from: 20,000 rounds of key derivation
/// each, and most cases have the same.
class MadeOfficers {
public:
    /// `hierarchy` outlives it.
    explicit MadeOfficers(const cm::Hierarchy& hierarchy) : x_hierarchy(hierarchy) {}
    /// get gives what cm::officer_token makes from SeededRng(seed, "officer"), and its failures.
    Result<cm::OfficerToken> get(const std::string& name, const Pin& pin, UtcTime from, UtcTime to, std::uint64_t seed);

private:
    const cm::Hierarchy& x_hierarchy;
    std::map<Bytes, cm::OfficerToken> x_made;  ///< by digest of all that
};

}  // namespace rakit::scenarios
