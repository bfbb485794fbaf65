#pragma once

#include "reference/card/card_profile.hpp"

namespace rakit::reference::piv {

/// Profile is the family of PIV cards (NIST SP 800-73-4). The management key stands as the OP PIN: a PinState "9B".
class Profile final : public CardProfile {
public:
    std::string name() const override { return "piv"; }
    /// recognises any ATR but those that name another application; selecting it tells.
    bool recognises(ByteView atr) const override;
    Result<Contents> read_contents(ApduChannel& card, ByteView atr,
                                   const std::vector<std::string>& transport_policies) const override;
    Result<CardIdentity> read_identity(ApduChannel& card) const override;
    Result<void> verify(ApduChannel& card, const PinState& pin, const Pin& value) const override;
    Result<std::optional<int>> tries_left(ApduChannel& card, const PinState& pin) const override;
    Result<Bytes> sign(ApduChannel& card, const KeyLine& key, ByteView message) const override;
    Result<SecretBytes> decipher(ApduChannel& card, const KeyLine& key, ByteView cryptogram) const override;
    Result<SecretBytes> agree(ApduChannel& card, const KeyLine& key, ByteView point) const override;
    Result<WritePlan> plan_write(ApduChannel& card, const WriteOrder& wanted, UtcTime now) const override;
};

}  // namespace rakit::reference::piv
