#include <algorithm>
#include <utility>

#include "reference/session/fields.hpp"
#include "reference/session/handlers.hpp"
#include "reference/session/lines.hpp"

namespace rakit::reference::core {
namespace {

/// Transition when the lines are chosen: everything that follows speaks to the CM, so the officer's key comes first
/// (TLS needs it too).
Transition lines_chosen(State state) {
    auto lines = plan_lines(state.contents, state.request.actions);
    if (!lines) return give_up(std::move(state), std::move(lines).error());
    state.order.lines = std::move(*lines);
    Effects effects;
    if (state.soft_token)
        tell(state, effects, std::string(rakit::name(ErrorCode::soft_token_warning)),
             "the officer's credential is a software token: allowed, but not recommended; use a smart card");
    return ask_signature_pin(std::move(state), Stage::listing_procedures, std::move(effects));
}

const Procedure* chosen(const State& state) {
    for (const auto& procedure : state.procedures)
        if (procedure.name == state.order.procedure) return &procedure;
    return nullptr;
}

/// same_serial: CK_TOKEN_INFO has room for 16 characters, so a module may show the end of a longer serial number only.
bool same_serial(std::string_view token, std::string_view card) {
    constexpr std::size_t kTokenInfoLength = 16;
    if (token.empty()) return false;
    const auto same = [](char a, char b) { return std::toupper(a) == std::toupper(b); };
    if (token.size() == kTokenInfoLength && card.size() > token.size()) card.remove_prefix(card.size() - token.size());
    return token.size() == card.size() && std::equal(token.begin(), token.end(), card.begin(), same);
}

/// is_officers: the serial numbers agree, or the officer's key is one of the card's.
bool is_officers(const Contents& contents, const std::vector<OfficerCard>& cards) {
    return std::any_of(cards.begin(), cards.end(), [&](const auto& card) {
        return same_serial(card.serial, contents.serial) ||
               std::any_of(contents.keys.begin(), contents.keys.end(),
                           [&](const auto& key) { return key.spki == card.spki; });
    });
}

Transition prepare(State state, Effects silent = {}) {
    return reenter(std::move(state), Stage::preparing, std::move(silent));
}

bool carries(const Procedure& procedure, const Policy& policy) {
    return std::find(procedure.dialects.begin(), procedure.dialects.end(), policy.dialect) != procedure.dialects.end();
}

/// check_dialect: what a dialect can't carry is said before anything is sent.
Result<void> check_dialect(const Procedure& procedure, const Policy& policy) {
    if (carries(procedure, policy)) return {};
    return fail(ErrorCode::dialect_cannot_carry,
                "the " + policy.dialect + " dialect can't carry the procedure " + procedure.name, {},
                "choose another procedure, or another --cm-dialect");
}

Transition procedure_chosen(State state, const std::string& name, const Policy& policy) {
    state.order.procedure = name;
    const auto* procedure = chosen(state);
    if (procedure == nullptr) {  // closed, or not visible to the officer: the CM says which, and logs it
        state.order.fields = state.request.fields;
        state.order.qc_statements = state.request.qc;
        return prepare(std::move(state));
    }
    if (auto carried = check_dialect(*procedure, policy); !carried)
        return give_up(std::move(state), std::move(carried).error());
    return go(std::move(state), Stage::recalling_fields, {}, RecallFields{name});
}

/// form_done takes what the form holds into the order, if it is good; the officer hears what is left out.
Transition form_done(State state, bool remember) {
    if (auto good = check_form(state.form); !good) return give_up(std::move(state), std::move(good).error());
    Effects effects;
    for (const auto& field : dropped_fields(state.form))
        tell(state, effects, "field_dropped",
             "the card's certificate holds " + field + ", which no visible field shows: it is left out");
    if (remember) effects.push_back(RememberFields{state.form.procedure, visible_names(state.form)});
    state.order.fields = state.form.values;
    state.order.qc_statements = state.form.statements;
    return prepare(std::move(state), std::move(effects));
}

/// resume_order goes on where the journal's record was written.
Transition resume_order(State state, OpenOrder open) {
    Effects effects;
    const std::string transaction = to_hex(open.order.transaction_id);
    tell(state, effects, "resumed", "order " + transaction + " goes on: " + std::string(name(open.stage)));
    state.order = std::move(open.order);
    state.encoded = std::move(open.encoded);
    if (open.issued) state.submission.issued = *open.issued;
    if (open.stage != OpenOrder::Stage::prepared) state.issued = std::move(open.issued);
    state.submission.pending = std::move(open.pending);
    state.replace_ca = open.replace_ca;
    state.images = std::move(open.images);
    state.saved = true;
    const CardIdentity found = std::exchange(state.identity, open.identity);
    if (auto error = card_changed(state, found)) return give_up(std::move(state), std::move(*error));
    if (state.abandoning) return abandon(std::move(state), open.stage, std::move(effects));
    const Stage then = open.stage == OpenOrder::Stage::prepared ? Stage::submitting
                       : open.stage == OpenOrder::Stage::issued ? Stage::saving_issued
                                                                : Stage::handing_out;
    return ask_signature_pin(std::move(state), then, std::move(effects));
}

/// dialog_prompts lists the PIN objects that the dialog asks for, each once: of the keys that prove possession, of the
/// writing, and the OP PIN where the procedure wants it and the CM doesn't hold it.
Result<std::vector<PinPrompt>> dialog_prompts(const State& state, bool writing_later) {
    std::vector<std::string> pins;
    const auto add = [&](const std::string& pin) {
        if (!pin.empty() && std::find(pins.begin(), pins.end(), pin) == pins.end()) pins.push_back(pin);
    };
    for (const auto& line : state.order.lines)
        if (const auto* key = state.contents.key(line.key)) add(key->pin);
    if (writes(state.order) && !writing_later)
        for (const auto& pin : write_pins(state)) add(pin);
    if (state.prepared->op_pin_required && !state.prepared->op_pin_held && !writing_later) {
        const auto op = std::find_if(state.contents.pins.begin(), state.contents.pins.end(),
                                     [](const auto& pin) { return pin.is_so_pin; });
        if (op == state.contents.pins.end())
            return fail(ErrorCode::op_pin_required, "the procedure wants the OP PIN, and the card has none", {},
                        "choose another procedure");
        add(op->id);
    }
    std::vector<PinPrompt> prompts;
    for (const auto& pin : pins) {
        auto prompt = prompt_for(state, pin);
        if (!prompt) return Unexpected{std::move(prompt).error()};
        if (state.given.count(prompt->id) == 0) prompts.push_back(std::move(*prompt));
    }
    return prompts;
}

}  // namespace

Transition on_started(State state, const Started& event, const Policy&) {
    state.resuming = event.resume;
    state.abandoning = event.abandon;
    state.soft_token = event.soft_token;
    state.request = event.request;
    state.officer_cards = event.officer_cards;
    state.order.transaction_id = event.transaction_id;
    state.order.sender_nonce = event.sender_nonce;
    return go(std::move(state), Stage::locking_to_read, {Progress{"contents"}}, LockCard{});
}

Transition on_locked_to_read(State state, const CardLocked&, const Policy&) {
    state.card_locked = true;
    return go(std::move(state), Stage::reading_contents, {}, ReadContents{});
}

Transition on_contents(State state, const ContentsRead& event, const Policy&) {
    state.contents = event.contents;
    state.identity = state.contents.identity();
    state.order.card_serial = state.contents.serial;
    state.order.card_atr = state.contents.atr;
    state.order.card_profile = state.contents.profile;
    Effects effects;
    unlock(state, effects);
    if (is_officers(state.contents, state.officer_cards))
        return give_up(std::move(state), {ErrorCode::officer_card_is_target,
                                          "the card in the reader is the officer's own",
                                          {},
                                          {},
                                          "put the card to be updated into the other reader, and name that reader",
                                          {}});
    for (const auto& note : event.contents.notes) tell(state, effects, "card_note", note);
    return go(std::move(state), Stage::opening_journal, std::move(effects), OpenJournal{event.contents.serial});
}

Transition on_journal(State state, const JournalOpened& event, const Policy&) {
    if (state.resuming) {
        if (event.open) return resume_order(std::move(state), *event.open);
        return give_up(std::move(state), {ErrorCode::nothing_to_do, "no order of this card is open", {}, {}, {}, {}});
    }
    if (event.open)
        return give_up(std::move(state),
                       {ErrorCode::order_open,
                        "order " + to_hex(event.open->order.transaction_id) + " of this card is not finished",
                        {},
                        {},
                        "run rakit resume",
                        {}});
    if (!state.request.actions.empty()) return lines_chosen(std::move(state));
    const Contents contents = state.contents;
    return go(std::move(state), Stage::choosing_actions, {Progress{"actions"}}, ChooseActions{contents});
}

Transition on_actions(State state, const ActionsChosen& event, const Policy&) {
    state.request.actions = event.actions;
    return lines_chosen(std::move(state));
}

Transition on_reload(State state, const ReloadWanted&, const Policy&) {
    return go(std::move(state), Stage::locking_to_read, {Progress{"contents"}}, LockCard{});
}

Transition on_signature_pin(State state, const PinGiven&, const Policy&) {
    return go(std::move(state), Stage::unlocking_officer, {}, UnlockOfficer{});
}

Transition on_officer(State state, const OfficerUnlocked&, const Policy&) {
    const Stage then = state.after_pins;
    return reenter(std::move(state), then);
}

Transition on_procedures(State state, const ProceduresListed& event, const Policy& policy) {
    state.procedures = event.procedures;
    if (state.request.procedure) {
        const std::string name = *state.request.procedure;
        return procedure_chosen(std::move(state), name, policy);
    }
    std::vector<Procedure> fitting;
    for (const auto& procedure : event.procedures)
        if (std::find(procedure.profiles.begin(), procedure.profiles.end(), state.contents.profile) !=
                procedure.profiles.end() &&
            carries(procedure, policy))
            fitting.push_back(procedure);
    if (fitting.empty())
        return give_up(std::move(state),
                       {ErrorCode::procedure_unknown,
                        "the CM shows this officer no procedure for a card of profile " + state.contents.profile,
                        {},
                        {},
                        {},
                        {}});
    return go(std::move(state), Stage::choosing_procedure, {Progress{"procedure"}},
              ChooseProcedure{std::move(fitting)});
}

Transition on_procedure(State state, const ProcedureChosen& event, const Policy& policy) {
    return procedure_chosen(std::move(state), event.procedure, policy);
}

Transition on_fields_recalled(State state, const FieldsRecalled& event, const Policy&) {
    const auto* procedure = chosen(state);
    if (procedure == nullptr)
        return give_up(std::move(state), {ErrorCode::internal, "a form without a procedure", {}, {}, {}, {}});
    auto form = make_form(*procedure, state.request, event.visible, state.contents, state.order.lines);
    if (!form) return give_up(std::move(state), std::move(form).error());
    state.form = std::move(*form);
    if (!wants_asking(state.form, state.request)) {
        const bool remember = state.request.remember_fields;
        return form_done(std::move(state), remember);
    }
    FillForm effect{state.form};
    return go(std::move(state), Stage::filling_form, {Progress{"fields"}}, std::move(effect));
}

Transition on_form(State state, const FormFilled& event, const Policy&) {
    if (auto applied = apply(state.form, event.form); !applied)
        return give_up(std::move(state), std::move(applied).error());
    return form_done(std::move(state), event.form.visible.has_value() || state.request.remember_fields);
}

Transition on_prepared(State state, const Prepared& event, const Policy& policy) {
    state.prepared = event.answer;
    if (event.answer.op_pin_held) state.given.insert("op-pin");
    if (state.issued) return begin_write(std::move(state));
    if (const auto name = missing_field(event.answer.fields, state.order.fields); !name.empty())
        return give_up(std::move(state),
                       {ErrorCode::field_missing, "no value for the field " + name, {}, {}, "fill it in", {}});
    if (!event.answer.issuer_certificates_stored || state.request.replace_ca) {
        const bool yes = state.request.replace_ca.value_or(false);
        return on_replace_ca(std::move(state), {yes}, policy);
    }
    Question question{"replace-ca", "Replace the CA certificate(s) on the card?", false, "--replace-ca or --keep-ca"};
    return go(std::move(state), Stage::asking_replace_ca, {}, AskQuestion{std::move(question)});
}

Transition on_replace_ca(State state, const QuestionAnswered& event, const Policy& policy) {
    Effects effects;
    const bool offered = state.prepared->issuer_certificates_stored;
    if (event.yes && !offered)
        tell(state, effects, "replace_ca_not_offered", "the procedure stores no CA certificates: none is replaced");
    state.replace_ca = event.yes && offered;
    if (state.replace_ca && !state.contents.can_store_ca)
        return give_up(std::move(state), {ErrorCode::unsupported,
                                          "the card has no directory for CA certificates",
                                          {},
                                          {},
                                          "leave the CA certificates as they are",
                                          {}});
    auto prompts = dialog_prompts(state, policy.issue_first || state.prepared->issue_first);
    if (!prompts) return give_up(std::move(state), std::move(prompts).error());
    state.prompts = std::move(*prompts);
    effects.push_back(Progress{"pins"});
    if (policy.dialect == "rest" && state.order.lines.size() > 1)
        tell(state, effects, "order_not_atomic",
             "the rest dialect takes one key per call: if the CM refuses a later key, the certificates that it issued "
             "for "
             "the earlier ones are revoked");
    return ask_pins(std::move(state), Stage::locking_to_sign, std::move(effects));
}

}  // namespace rakit::reference::core
