#pragma once

#include "common/base/clock.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/runner/observation.hpp"

namespace rakit::scenarios {

/// why_unlike names the first thing in which a card differs from the one that a case wants, in words that go between
/// "the card" and a full stop: "has one certificate on key 45 where the case wants one transport certificate"; empty if
/// they are alike. Looked at: the profile; keys by id and type, the PIN that guards each and its user consent; PIN
/// objects; on each key the certificates in their order, by kind, validity, issuer and whether they are of this key and
/// card; how many issuer certificates there are; whether TokenInfo has a lastUpdate.
std::string why_unlike(const CardView& card, const CardView& wanted, const cm::Hierarchy& hierarchy, UtcTime now);

/// is_test_card tells a card that can only be for tests: it has certificates on its keys, and the harness's own CAs,
/// whose keys everybody knows, have signed every one of them.
bool is_test_card(const CardView& card, const cm::Hierarchy& hierarchy);

}  // namespace rakit::scenarios
