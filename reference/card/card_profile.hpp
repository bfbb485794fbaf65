#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/secret.hpp"
#include "common/iso7816/apdu.hpp"
#include "reference/card/contents.hpp"

namespace rakit::reference {

/// ApduChannel sends command APDUs as values; chaining, GET RESPONSE, 6Cxx and tracing are decorators behind it.
class ApduChannel {
public:
    virtual ~ApduChannel() = default;
    virtual Result<iso7816::ResponseApdu> send(const iso7816::CommandApdu& command) = 0;
};

/// CertificateChange is what one key line shall get.
struct CertificateChange {
    std::string key;                ///< KeyLine::id
    x509::Certificate certificate;  ///< the new one, of that key
    std::optional<Bytes> replaces;  ///< SHA-256 of the certificate that goes (Redo); nothing: Add
    std::string label;              ///< directory label of the new entry
};

/// WriteStep is one command of a write plan. `commit` marks the one-byte write that makes the change real.
struct WriteStep {
    enum class Kind { prepare, commit, tidy };
    Kind kind = Kind::prepare;
    std::string what;  ///< for people and the journal: "certificate 45 into 4303, 256 at 0"
    iso7816::CommandApdu command;
};

/// WritePlan is the whole write in order: prepare*, commit at most once, tidy*. An empty plan: nothing is left to do.
struct WritePlan {
    std::vector<WriteStep> steps;
    std::vector<std::string> notes;  ///< what can't be done on this card and why ("lastUpdate ...")
};

/// CardProfile knows one family of cards; stateless, so one object serves all cards of the family.
class CardProfile {
public:
    virtual ~CardProfile() = default;
    virtual std::string name() const = 0;
    /// recognises tells whether a card with this ATR might be of this family; select() makes sure.
    virtual bool recognises(ByteView atr) const = 0;
    /// read_contents selects the application and reads keys, certificates and PIN states.
    /// `transport_policies`: OIDs that mark a TC. Failures: card_unsupported, card_content_invalid, card_removed.
    virtual Result<Contents> read_contents(ApduChannel& card, ByteView atr,
                                           const std::vector<std::string>& transport_policies) const = 0;
    /// read_identity reads just what CardIdentity compares.
    virtual Result<CardIdentity> read_identity(ApduChannel& card) const = 0;
    /// verify sends one VERIFY. Failures: pin_wrong (tries left in `detail`), pin_blocked, pin_malformed (length).
    virtual Result<void> verify(ApduChannel& card, const PinState& pin, const Pin& value) const = 0;
    /// tries_left asks without trying; nothing if the card doesn't tell.
    virtual Result<std::optional<int>> tries_left(ApduChannel& card, const PinState& pin) const = 0;
    /// sign signs SHA-256 of `message` with a card key; its PIN must have been verified in this lock. RSA: PKCS#1 v1.5;
    /// EC: ECDSA as DER.
    virtual Result<Bytes> sign(ApduChannel& card, const KeyLine& key, ByteView message) const = 0;
    /// plan_write reads what it needs and lays out the commands from the card's present state to the wanted one, so
    /// that planning again after any interruption gives just the steps that are left. Failures: card_full,
    /// add_not_possible, certificate_unknown (what `replaces` names is not there and the new one isn't either),
    /// key_unknown. The steps count on Contents::write_pins and the PINs of the keys that change being verified. No
    /// changes: the plan clears what an abandoned attempt left behind.
    virtual Result<WritePlan> plan_write(ApduChannel& card, const std::vector<CertificateChange>& changes,
                                         UtcTime now) const = 0;
};

/// card_profiles lists the families in the order in which they are tried.
std::vector<const CardProfile*> card_profiles();

}  // namespace rakit::reference
