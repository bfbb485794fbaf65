#pragma once

#include "reference/card/card_profile.hpp"

/// VERIFY (ISO/IEC 7816-4 section 7.5.6), which card families do alike.
namespace rakit::reference {

/// send_verify checks the PIN's form, pads it and sends one VERIFY. Failures: those of CardProfile::verify.
Result<void> send_verify(ApduChannel& card, const PinState& pin, const Pin& value);

/// ask_tries sends an empty VERIFY, which costs no try; nothing if the card doesn't tell.
Result<std::optional<int>> ask_tries(ApduChannel& card, const PinState& pin);

/// prompt_name is what a PIN is called: its label, else its id.
std::string prompt_name(const PinState& pin);

}  // namespace rakit::reference
