#include "reference/session/step.hpp"

#include <array>

#include "reference/session/handlers.hpp"

namespace rakit::reference::core {
namespace {

/// Row says what an event leads to in a stage.
struct Row {
    Stage stage;
    std::size_t event;
    Transition (*handle)(State, const Event&, const Policy&);
};

template <class E, Transition (*Handle)(State, const E&, const Policy&)>
Row row(Stage stage) {
    return {stage, Event(std::in_place_type<E>).index(), [](State state, const Event& event, const Policy& policy) {
                return Handle(std::move(state), std::get<E>(event), policy);
            }};
}

/// The transition table. `Failed` is not in it: on_failed takes it in every stage that waits for something.
const std::array kTable{
    row<Started, on_started>(Stage::idle),
    row<CardLocked, on_locked_to_read>(Stage::locking_to_read),
    row<ContentsRead, on_contents>(Stage::reading_contents),
    row<JournalOpened, on_journal>(Stage::opening_journal),
    row<ActionsChosen, on_actions>(Stage::choosing_actions),
    row<ReloadWanted, on_reload>(Stage::choosing_actions),
    row<PinGiven, on_signature_pin>(Stage::asking_signature_pin),
    row<OfficerUnlocked, on_officer>(Stage::unlocking_officer),
    row<SecretMissing, on_officer_pin_missing>(Stage::unlocking_officer),
    row<ProceduresListed, on_procedures>(Stage::listing_procedures),
    row<ProcedureChosen, on_procedure>(Stage::choosing_procedure),
    row<FieldsRecalled, on_fields_recalled>(Stage::recalling_fields),
    row<FormFilled, on_form>(Stage::filling_form),
    row<Prepared, on_prepared>(Stage::preparing),
    row<QuestionAnswered, on_replace_ca>(Stage::asking_replace_ca),
    row<PinGiven, on_pin>(Stage::asking_pins),
    row<CardLocked, on_locked_to_sign>(Stage::locking_to_sign),
    row<IdentityRead, on_compared_to_sign>(Stage::comparing_to_sign),
    row<PinVerified, on_pin_verified>(Stage::signing),
    row<RequestSigned, on_request_signed>(Stage::signing),
    row<SecretMissing, on_pin_missing>(Stage::signing),
    row<OrderEncoded, on_encoded>(Stage::encoding),
    row<SecretMissing, on_signature_pin_missing>(Stage::encoding),
    row<CheckpointWritten, on_order_saved>(Stage::saving_order),
    row<OrderIssued, on_issued>(Stage::submitting),
    row<SecretMissing, on_signature_pin_missing>(Stage::submitting),
    row<CheckpointWritten, on_progress_saved>(Stage::saving_progress),
    row<CheckpointWritten, on_issued_saved>(Stage::saving_issued),
    row<CardLocked, on_locked_to_write>(Stage::locking_to_write),
    row<IdentityRead, on_compared_to_write>(Stage::comparing_to_write),
    row<PinVerified, on_write_pin_verified>(Stage::verifying_to_write),
    row<SecretMissing, on_pin_missing>(Stage::verifying_to_write),
    row<WritePlanned, on_planned>(Stage::planning),
    row<CheckpointWritten, on_images_saved>(Stage::saving_images),
    row<CardWritten, on_written>(Stage::writing),
    row<ContentsRead, on_read_back>(Stage::reading_back),
    row<CheckpointWritten, on_written_saved>(Stage::saving_written),
    row<HandedOut, on_handed_out>(Stage::handing_out),
    row<Confirmed, on_confirmed>(Stage::confirming),
    row<SecretMissing, on_signature_pin_missing>(Stage::confirming),
    row<Confirmed, on_refused>(Stage::refusing),
    row<SecretMissing, on_signature_pin_missing>(Stage::refusing),
    row<JournalClosed, on_closed>(Stage::closing),
};

const Row* find(Stage stage, const Event& event) {
    for (const auto& row : kTable)
        if (row.stage == stage && row.event == event.index()) return &row;
    return nullptr;
}

bool waits(Stage stage) { return stage != Stage::idle && stage != Stage::finished; }

constexpr std::array<std::string_view, static_cast<std::size_t>(Stage::kCount)> kNames{"idle",
                                                                                       "locking_to_read",
                                                                                       "reading_contents",
                                                                                       "opening_journal",
                                                                                       "choosing_actions",
                                                                                       "asking_signature_pin",
                                                                                       "unlocking_officer",
                                                                                       "listing_procedures",
                                                                                       "choosing_procedure",
                                                                                       "recalling_fields",
                                                                                       "filling_form",
                                                                                       "preparing",
                                                                                       "asking_replace_ca",
                                                                                       "asking_pins",
                                                                                       "locking_to_sign",
                                                                                       "comparing_to_sign",
                                                                                       "signing",
                                                                                       "encoding",
                                                                                       "saving_order",
                                                                                       "submitting",
                                                                                       "saving_progress",
                                                                                       "saving_issued",
                                                                                       "locking_to_write",
                                                                                       "comparing_to_write",
                                                                                       "verifying_to_write",
                                                                                       "planning",
                                                                                       "saving_images",
                                                                                       "writing",
                                                                                       "reading_back",
                                                                                       "saving_written",
                                                                                       "handing_out",
                                                                                       "confirming",
                                                                                       "refusing",
                                                                                       "closing",
                                                                                       "finished"};

}  // namespace

std::string_view name(Stage stage) { return kNames.at(static_cast<std::size_t>(stage)); }

bool expects(Stage stage, const Event& event) {
    return find(stage, event) != nullptr || (std::holds_alternative<Failed>(event) && waits(stage));
}

Transition step(State state, const Event& event, const Policy& policy) {
    if (const auto* row = find(state.stage, event)) return row->handle(std::move(state), event, policy);
    if (expects(state.stage, event)) return on_failed(std::move(state), std::get<Failed>(event), policy);
    const std::string detail = "event " + std::to_string(event.index()) + " in stage " + std::string(name(state.stage));
    return give_up(std::move(state), {ErrorCode::internal, detail, {}, {}, {}, {}});
}

}  // namespace rakit::reference::core
