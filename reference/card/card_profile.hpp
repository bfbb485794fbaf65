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

/// ObjectImage is what a file or data object of the card held before a plan that no single octet can commit changes it.
/// Who carries such a plan out has it on disk before the first step, and gives it back when the order is planned again.
struct ObjectImage {
    std::string place;              ///< the profile's own address: a path or a tag, hex
    Bytes content;                  ///< empty: there was no such object
    std::vector<std::string> keys;  ///< KeyLine::ids whose certificates can't be told while the object is torn
    bool operator==(const ObjectImage&) const = default;
};

/// WriteOrder is what a card shall hold after a write.
struct WriteOrder {
    std::vector<CertificateChange> changes;
    std::optional<std::vector<x509::Certificate>> ca_certificates;  ///< exactly these; nothing: as they are
    std::vector<ObjectImage> images;  ///< of an interrupted write of the same order, from the journal
    bool undo = false;                ///< put back what the images hold; the changes say what was to be
};

/// WriteStep is one command of a write plan. `commit` marks the one-byte write that makes the change real.
struct WriteStep {
    enum class Kind { prepare, commit, tidy };
    Kind kind = Kind::prepare;
    std::string what;  ///< for people and the journal: "certificate 45 into 4303, 256 at 0"
    iso7816::CommandApdu command;
};

/// WritePlan is the whole write in order: prepare*, commit, tidy*; one commit for the keys' certificates, and before it
/// one for the CA certificates. A plan with images has no commit that is one octet: an interruption may leave what only
/// the images can repair. An empty plan: nothing is left to do.
struct WritePlan {
    std::vector<WriteStep> steps;
    std::vector<std::string> notes;   ///< what can't be done on this card and why ("lastUpdate ...")
    std::vector<ObjectImage> images;  ///< to be on disk before the first step
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
    /// decipher undoes RSA encryption with PKCS#1 v1.5 padding (RFC 8017 section 7.2) and gives the message; the key's
    /// PIN must have been verified in this lock. Failure: key_cannot_sign.
    virtual Result<SecretBytes> decipher(ApduChannel& card, const KeyLine& key, ByteView cryptogram) const = 0;
    /// agree does elliptic-curve Diffie-Hellman with another's uncompressed point (SEC 1 section 2.3.3) and gives the
    /// shared x-coordinate. Failure: key_cannot_sign.
    virtual Result<SecretBytes> agree(ApduChannel& card, const KeyLine& key, ByteView point) const = 0;
    /// plan_write reads what it needs and lays out the commands from the card's present state to the wanted one, so
    /// that planning again after any interruption gives just the steps that are left. Failures: card_full,
    /// add_not_possible, certificate_unknown (what `replaces` names is not there and the new one isn't either),
    /// key_unknown, card_changed (somebody else wrote since the images were taken), unsupported. The steps count on
    /// Contents::write_pins and, for CA certificates, Contents::ca_write_pins being verified. No changes: the plan
    /// clears what an abandoned attempt left behind. To undo what can't be undone any more is certificate_unknown.
    virtual Result<WritePlan> plan_write(ApduChannel& card, const WriteOrder& wanted, UtcTime now) const = 0;
};

/// card_profiles lists the families in the order in which they are tried.
std::vector<const CardProfile*> card_profiles();

}  // namespace rakit::reference
