#pragma once

#include <variant>

#include "reference/session/state.hpp"

namespace rakit::reference::core {

/// Started begins an update or the continuation of one.
struct Started {
    bool resume = false;
    bool soft_token = false;
    UpdateRequest request;
    Bytes transaction_id;  ///< 16 random octets, top bit clear
    Bytes sender_nonce;    ///< 16 random octets
    bool abandon = false;  ///< resume, to give the order up
    std::vector<OfficerCard> officer_cards{};
};
struct CardLocked {};
struct ContentsRead {
    Contents contents;
};
struct JournalOpened {
    std::optional<OpenOrder> open;
};
struct ActionsChosen {
    std::vector<ActionChoice> actions;
};
/// PinGiven: the driver holds the PIN that was asked for; nothing of it is told.
struct PinGiven {};
struct OfficerUnlocked {};
struct ProceduresListed {
    std::vector<Procedure> procedures;
};
struct ProcedureChosen {
    std::string procedure;
};
/// ReloadWanted: the card shall be read again.
struct ReloadWanted {};
struct FieldsRecalled {
    std::optional<std::vector<std::string>> visible;
};
struct FormFilled {
    FilledForm form;
};
struct QuestionAnswered {
    bool yes = false;
};
struct Prepared {
    PrepareAnswer answer;
};
struct IdentityRead {
    CardIdentity identity;
};
struct PinVerified {};
struct RequestSigned {
    Bytes request;  ///< PKCS#10, DER
};
struct OrderEncoded {
    Bytes encoded;
};
struct CheckpointWritten {};
/// OrderIssued: the CM came further; to all certificates, some, or to a pending order.
struct OrderIssued {
    Submission submission;
};
struct WritePlanned {
    WritePlan plan;
};
struct CardWritten {};
struct HandedOut {};
struct Confirmed {};
struct JournalClosed {};
/// SecretMissing: the driver no longer holds (or never held) the secret that an effect needs; it is asked for again.
struct SecretMissing {
    std::string prompt;
};
struct Failed {
    Error error;
};

/// Event is what came of the last effect that answers.
using Event =
    std::variant<Started, CardLocked, ContentsRead, JournalOpened, ActionsChosen, ReloadWanted, PinGiven,
                 OfficerUnlocked, ProceduresListed, ProcedureChosen, FieldsRecalled, FormFilled, Prepared,
                 QuestionAnswered, IdentityRead, PinVerified, RequestSigned, OrderEncoded, CheckpointWritten,
                 OrderIssued, WritePlanned, CardWritten, HandedOut, Confirmed, JournalClosed, SecretMissing, Failed>;

}  // namespace rakit::reference::core
