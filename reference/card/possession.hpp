#pragma once

#include "common/base/rng.hpp"
#include "reference/card/card_profile.hpp"

namespace rakit::reference {

/// prove_possession makes sure that the card holds the private key of `key.spki` where that key can't sign a request
/// (RFC 4211 section 4.2: the RA itself encrypts a challenge that only the key can decipher; RFC 6955 likewise for key
/// agreement). RSA: the card deciphers 32 random octets; EC: it agrees with a fresh key on a secret. The key's PIN must
/// have been verified in this lock. Failures: pop_failed with the line, key_cannot_sign, and those of the card.
Result<void> prove_possession(const CardProfile& profile, ApduChannel& card, const KeyLine& key, Rng& rng);

}  // namespace rakit::reference
