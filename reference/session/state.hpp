#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reference/card/card_profile.hpp"
#include "reference/journal/open_order.hpp"
#include "reference/session/update.hpp"

namespace rakit::reference::core {

/// Stage says what the update waits for.
enum class Stage {
    idle,
    locking_to_read,
    reading_contents,
    opening_journal,
    choosing_actions,
    asking_signature_pin,
    unlocking_officer,
    listing_procedures,
    choosing_procedure,
    recalling_fields,
    filling_form,
    preparing,
    asking_replace_ca,
    asking_real_card,  ///< may a card that is no virtual one be written?
    asking_pins,
    locking_to_sign,
    comparing_to_sign,
    signing,  ///< VERIFYs and request signatures, in the order of State::card_steps
    encoding,
    saving_order,
    submitting,
    saving_progress,  ///< some lines are issued, or the order is pending
    awaiting_approval,
    saving_issued,
    locking_to_write,
    comparing_to_write,
    verifying_to_write,
    planning,
    saving_images,  ///< what the write can tear is kept before the first step
    writing,
    reading_back,
    saving_written,
    handing_out,
    confirming,
    refusing,  ///< the CM is told that the certificates could not be written
    closing,
    finished,
    kCount,
};

/// name gives a stage's word, for the trace.
std::string_view name(Stage stage);

/// Policy is what the RA's owner decides.
struct Policy {
    bool issue_first = false;      ///< the authorisations for writing come after the CM issued
    std::string dialect = "cmc";   ///< that is spoken with the CM
    bool write_real_card = false;  ///< a card that is no virtual one is written without asking
};

/// CardStep is one thing to do inside the lock: a VERIFY, or the signature over one request.
struct CardStep {
    std::optional<std::string> pin;  ///< PinState::id to verify; nothing: sign
    std::size_t line = 0;            ///< index of the order's line to sign for
    bool operator==(const CardStep&) const = default;
};

/// OfficerCard is what an officer's own card is told by.
struct OfficerCard {
    std::string serial;  ///< the token's, as its module has it
    Bytes spki;          ///< of the officer's key
};

/// State is an update in progress. It is copyable, and a Pin is not, so that no PIN can be in it.
struct State {
    Stage stage = Stage::idle;
    bool resuming = false;
    bool undoing = false;     ///< the card was full while writing: what was begun is taken back, then refused
    bool abandoning = false;  ///< resumed to be given up: what can be undone is undone
    bool soft_token = false;
    bool card_locked = false;
    std::string wanted_card;  ///< serial number; empty: any
    std::string real_reader;  ///< with a card that nobody allowed to write to yet; else empty
    UpdateRequest request;
    std::vector<OfficerCard> officer_cards;
    Contents contents;
    CardIdentity identity;
    std::vector<Procedure> procedures;
    Order order;
    InputForm form;
    std::optional<PrepareAnswer> prepared;
    bool replace_ca = false;           ///< the officer wants the CA certificates on the card replaced
    std::vector<PinPrompt> prompts;    ///< still to be asked, first one first
    std::set<std::string> given;       ///< ids of the prompts that were answered in this run
    Stage after_pins = Stage::idle;    ///< where asking_real_card, asking_pins and unlocking_officer lead
    std::vector<CardStep> card_steps;  ///< still to be done in this lock
    std::vector<Bytes> requests;       ///< signed PKCS#10s, by line
    Bytes encoded;
    bool saved = false;               ///< the journal holds this order
    Submission submission;            ///< how far the CM came; all of it once `issued` is there
    std::optional<Issued> issued;     ///< the whole order's certificates
    std::vector<ObjectImage> images;  ///< of an interrupted write, or of the one that begins
    WritePlan plan;
    std::vector<std::pair<std::string, std::string>> notices;
    std::optional<Error> failure;  ///< what the update ends with
};

}  // namespace rakit::reference::core
