#pragma once

#include "scenarios/runner/observation.hpp"
#include "scenarios/runner/scenario.hpp"

namespace rakit::scenarios {

/// judge_card compares a card with what is expected of it, and with what must be true of every card: it parses, each
/// key keeps itself and at least one certificate, what isn't named is as it was, and each new certificate is of its key
/// and of an order that the CM stands by. `what` begins each sentence.
std::vector<Mismatch> judge_card(const std::string& what, const CardAfter& expect, const CardView& before,
                                 const CardView& after, const CmView& cm);

/// judge_left_over looks for files that weren't there before and that nothing on the card names.
std::vector<Mismatch> judge_left_over(const CardView& before, const CardView& after);

/// judge_content looks at what a new certificate holds.
std::vector<Mismatch> judge_content(const std::string& what, const ContentAfter& expect,
                                    const x509::Certificate& certificate);

/// issued_and_active tells whether the CM stands by a certificate; its state, or "unknown to it", otherwise.
std::string state_at_cm(const CmView& cm, const x509::Certificate& certificate);

/// is_transport tells a TC, by its policy (docs/domain.md).
bool is_transport(const x509::Certificate& certificate);

/// list writes words for people: "a, b" or "none".
std::string list(const std::vector<std::string>& words);

}  // namespace rakit::scenarios
