#pragma once

#include "reference/card/card_profile.hpp"

namespace rakit::reference::pkcs15 {

/// Profile is the family of PKCS#15 file-system cards with MyEID's command set (docs of the card: ISO/IEC 7816-4, -8,
/// -9).
class Profile final : public CardProfile {
public:
    std::string name() const override { return "pkcs15"; }
    /// recognises any ATR but those that name another application: only selecting it tells.
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

}  // namespace rakit::reference::pkcs15
