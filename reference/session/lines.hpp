#pragma once

#include "reference/card/card_profile.hpp"
#include "reference/session/update.hpp"

namespace rakit::reference::core {

/// name gives an action's word on the wire and on the command line.
std::string_view name(Action action);

/// action_from_name reads what name() writes.
std::optional<Action> action_from_name(std::string_view name);

/// plan_lines turns the officer's choices into the order's lines, in the order of the contents. Failures: key_unknown,
/// usage (two choices for one key), certificate_unknown, key_cannot_sign, tc_add_refused, add_not_possible,
/// nothing_to_do.
Result<std::vector<OrderLine>> plan_lines(const Contents& contents, const std::vector<ActionChoice>& choices);

/// changes gives what is to be written for what was issued: nothing for Issue.
std::vector<CertificateChange> changes(const Order& order, const Issued& issued);

/// kept_ca_certificates gives the CA certificates that a card shall hold once they are replaced: the order's issuer
/// certificates, and of the present ones those that a certificate that stays on the card still chains through
/// (harness-defined: Replace never leaves a certificate without its issuer).
std::vector<x509::Certificate> kept_ca_certificates(const Contents& contents, const Order& order, const Issued& issued);

/// check_written compares a card read back after the write with what it held before and what it shall hold.
/// Failure: card_write_failed.
Result<void> check_written(const Contents& before, const Contents& after,
                           const std::vector<CertificateChange>& changes);

/// line_outcomes pairs the lines with their certificates.
std::vector<LineOutcome> line_outcomes(const Order& order, const Issued& issued);

}  // namespace rakit::reference::core
