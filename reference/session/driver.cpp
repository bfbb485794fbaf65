#include "reference/session/driver.hpp"

#include "reference/session/card_log.hpp"

namespace rakit::reference {
namespace {

using namespace core;

/// answer turns a Result into the event that carries its value, or Failed.
template <class E, class T>
Event answer(Result<T> result) {
    if (!result) return Failed{std::move(result).error()};
    return E{std::move(*result)};
}

template <class E>
Event answer(Result<void> result) {
    if (!result) return Failed{std::move(result).error()};
    return E{};
}

constexpr auto kSignaturePin = "signature-pin";
constexpr auto kTlsPin = "tls-pin";
constexpr auto kOpPin = "op-pin";

core::OfficerCard officer_card(const OfficerCredential& officer) {
    return {officer.token_serial(), officer.certificate().spki()};
}

}  // namespace

Driver::Driver(DriverPorts ports, Policy policy)
    : x_ports(std::move(ports)), x_policy(policy), x_vault(x_ports.clock, x_ports.pin_deadline) {}

Event Driver::start(const UpdateRequest& request, bool resume, bool abandon) {
    Started started{
        resume, x_ports.officer.is_soft_token(), request, x_ports.rng.bytes(16), x_ports.rng.bytes(16), abandon, {}};
    for (const auto* officer : {&x_ports.officer, x_ports.tls_officer})
        if (officer != nullptr && !officer->is_soft_token()) started.officer_cards.push_back(officer_card(*officer));
    // A positive INTEGER of 16 octets: neither a sign bit nor leading zero bits to lose (wire.md, transactionId).
    started.transaction_id[0] = static_cast<std::uint8_t>((started.transaction_id[0] & 0x7FU) | 0x40U);
    return started;
}

Result<UpdateOutcome> Driver::run(const UpdateRequest& request, bool resume, bool abandon) {
    State state;
    Event event = start(request, resume, abandon);
    while (!x_finish) {
        Transition next = step(std::move(state), event, x_policy);
        state = std::move(next.state);
        x_ports.trace.emit({TraceEvent::Kind::state, std::string(name(state.stage)), {}, {}});
        for (const auto& effect : next.effects) {
            log(effect);
            if (auto brought = std::visit([this](const auto& what) { return perform(what); }, effect))
                event = std::move(*brought);
        }
    }
    if (x_finish->error) return fail(*x_finish->error);
    return x_finish->outcome;
}

void Driver::log(const Effect& effect) {
    if (const auto* opened = std::get_if<OpenJournal>(&effect)) x_card = opened->serial;
    if (x_ports.card_log == nullptr || x_card.empty()) return;
    auto entry = log_entry(effect);
    if (!entry) return;
    entry->card = x_card;
    x_ports.card_log->add(*entry);
}

bool Driver::officer_is_open() {
    if (x_officer_since && x_ports.clock.elapsed() - *x_officer_since <= x_ports.pin_deadline) return true;
    lock_officers();
    return false;
}

void Driver::lock_officers() {
    x_ports.officer.lock();
    if (x_ports.tls_officer != nullptr) x_ports.tls_officer->lock();
    x_officer_since.reset();
}

Driver::Answer Driver::perform(const UnlockCard&) {
    x_ports.card.unlock();
    x_card_in_lock.clear();
    return std::nullopt;
}

Driver::Answer Driver::perform(const Tell& effect) {
    x_ports.trace.emit({TraceEvent::Kind::note, effect.code + ": " + effect.text, {}, {}});
    x_ports.dialog.tell(effect.code, effect.text);
    return std::nullopt;
}

Driver::Answer Driver::perform(const Progress& effect) {
    x_ports.dialog.progress(effect.step);
    return std::nullopt;
}

Driver::Answer Driver::perform(const RememberFields& effect) {
    if (x_ports.field_choices == nullptr) return std::nullopt;
    const auto kept = x_ports.field_choices->remember(x_ports.officer.certificate(), effect.procedure, effect.visible);
    if (!kept) perform(Tell{std::string(rakit::name(kept.error().code)), kept.error().detail});
    return std::nullopt;
}

Driver::Answer Driver::perform(const Finish& effect) {
    x_vault.clear();
    lock_officers();
    x_journal.reset();
    x_finish = effect;
    return std::nullopt;
}

Driver::Answer Driver::perform(const LockCard&) {
    x_card_in_lock.clear();
    return answer<CardLocked>(x_ports.card.lock());
}

Driver::Answer Driver::perform(const ReadContents&) {
    auto contents = x_ports.card.read_contents();
    if (contents) x_card_in_lock = contents->serial;
    return answer<ContentsRead>(std::move(contents));
}

Driver::Answer Driver::perform(const ReadIdentity&) {
    auto identity = x_ports.card.read_identity();
    if (identity) x_card_in_lock = identity->serial;
    return answer<IdentityRead>(std::move(identity));
}

Driver::Answer Driver::perform(const OpenJournal& effect) {
    x_journal.reset();  // a Reload opens it again, perhaps that of another card
    auto journal = Journal::open(x_ports.journal_folder, effect.serial);
    if (!journal) return Failed{std::move(journal).error()};
    x_journal = std::move(*journal);
    return answer<JournalOpened>(x_journal->read());
}

Driver::Answer Driver::perform(const ChooseActions& effect) {
    auto chosen = x_ports.dialog.choose_actions(effect.contents);
    if (!chosen) return Failed{std::move(chosen).error()};
    if (chosen->reload) return ReloadWanted{};
    return ActionsChosen{std::move(chosen->actions)};
}

Driver::Answer Driver::perform(const AskPin& effect) {
    x_ports.trace.emit({TraceEvent::Kind::prompt, effect.prompt.id, {}, {}});
    const auto prompt = with_tries(effect.prompt);
    if (!prompt) return Failed{prompt.error()};
    auto pin = x_ports.dialog.ask_pin(*prompt);
    if (!pin) return Failed{std::move(pin).error()};
    x_vault.put(effect.prompt.id, effect.card_serial, std::move(*pin));
    return PinGiven{};
}

Driver::Answer Driver::perform(const UnlockOfficer&) {
    if (auto problem = open(x_ports.officer, kSignaturePin)) return problem;
    if (x_ports.tls_officer != nullptr)
        if (auto problem = open(*x_ports.tls_officer, kTlsPin)) return problem;
    x_officer_since = x_ports.clock.elapsed();
    return OfficerUnlocked{};
}

Driver::Answer Driver::open(OfficerCredential& officer, const char* prompt) {
    if (officer.key() != nullptr) return std::nullopt;
    const Pin* pin = x_vault.find(prompt);
    if (pin == nullptr) return SecretMissing{prompt};
    auto unlocked = officer.unlock(*pin);
    x_vault.forget(prompt);
    if (!unlocked) return Failed{std::move(unlocked).error().in(prompt)};
    return std::nullopt;
}

Result<PinPrompt> Driver::with_tries(PinPrompt prompt) const {
    const OfficerCredential* officer = prompt.id == kSignaturePin ? &x_ports.officer
                                       : prompt.id == kTlsPin     ? x_ports.tls_officer
                                                                  : nullptr;
    if (officer == nullptr) return prompt;
    prompt.tries_left = officer->tries_left();
    prompt.last_try = prompt.tries_left == 1;
    if (prompt.tries_left == 0)
        return fail(ErrorCode::pin_blocked, prompt.label + " is blocked", {}, "unblock it with the PUK first");
    return prompt;
}

Driver::Answer Driver::perform(const ListProcedures&) { return answer<ProceduresListed>(x_ports.cm.procedures()); }

Driver::Answer Driver::perform(const ChooseProcedure& effect) {
    return answer<ProcedureChosen>(x_ports.dialog.choose_procedure(effect.procedures));
}

Driver::Answer Driver::perform(const RecallFields& effect) {
    if (x_ports.field_choices == nullptr) return FieldsRecalled{};
    return answer<FieldsRecalled>(x_ports.field_choices->recall(x_ports.officer.certificate(), effect.procedure));
}

Driver::Answer Driver::perform(const FillForm& effect) {
    return answer<FormFilled>(x_ports.dialog.fill_form(effect.form));
}

Driver::Answer Driver::perform(const AskQuestion& effect) {
    x_ports.trace.emit({TraceEvent::Kind::prompt, effect.question.id, {}, {}});
    return answer<QuestionAnswered>(x_ports.dialog.confirm(effect.question));
}

Driver::Answer Driver::perform(const Prepare& effect) {
    auto prepared = x_ports.cm.prepare(effect.order);
    if (!prepared) return Failed{std::move(prepared).error()};
    if (prepared->first.op_pin_held) x_vault.put(kOpPin, effect.order.card_serial, std::move(prepared->second));
    return Prepared{std::move(prepared->first)};
}

Driver::Answer Driver::perform(const VerifyPin& effect) {
    const Pin* pin = x_vault.find(effect.prompt);
    if (pin == nullptr) return SecretMissing{effect.prompt};
    if (x_card_in_lock != effect.card_serial || x_vault.serial(effect.prompt) != x_card_in_lock)
        return Failed{
            {ErrorCode::card_changed, "the PIN was typed for card " + x_vault.serial(effect.prompt), {}, {}, {}, {}}};
    auto verified = x_ports.card.verify(effect.pin, *pin);
    if (!verified) return Failed{std::move(verified).error().in(effect.pin.label)};
    return PinVerified{};
}

Driver::Answer Driver::perform(const MakeRequestSignature& effect) {
    const auto& line = effect.order.lines.at(effect.line);
    if (!effect.key.can_sign) {
        auto proved = x_ports.card.prove_possession(effect.key, x_ports.rng);
        if (!proved) return Failed{std::move(proved).error().in("proof of possession, key " + effect.key.id)};
        return answer<RequestSigned>(x_ports.cm.witnessed_request(effect.order, line));
    }
    auto info = x_ports.cm.request_info(effect.order, line);
    if (!info) return Failed{std::move(info).error()};
    auto signature = x_ports.card.sign(effect.key, *info);
    if (!signature) return Failed{std::move(signature).error().in("request signature, key " + effect.key.id)};
    return answer<RequestSigned>(x_ports.cm.request(*info, *signature));
}

Driver::Answer Driver::perform(const EncodeOrder& effect) {
    if (!officer_is_open()) return SecretMissing{kSignaturePin};
    return answer<OrderEncoded>(x_ports.cm.encode_order(effect.order, effect.requests, x_ports.officer));
}

Driver::Answer Driver::perform(const Checkpoint& effect) {
    return answer<CheckpointWritten>(x_journal->write(effect.open));
}

Driver::Answer Driver::perform(const Submit& effect) {
    if (!officer_is_open()) return SecretMissing{kSignaturePin};
    return answer<OrderIssued>(x_ports.cm.submit(effect.encoded, effect.order, effect.so_far, x_ports.officer));
}

Driver::Answer Driver::perform(const PlanWrite& effect) {
    return answer<WritePlanned>(x_ports.card.plan_write(effect.wanted, x_ports.clock.now()));
}

Driver::Answer Driver::perform(const WriteSteps& effect) {
    for (const auto& step : effect.plan.steps)
        if (auto sent = x_ports.card.send(step); !sent) return Failed{std::move(sent).error().in(step.what)};
    return CardWritten{};
}

Driver::Answer Driver::perform(const HandOut& effect) {
    for (const auto& line : effect.lines)
        if (auto handed = x_ports.dialog.hand_out(line); !handed) return Failed{std::move(handed).error()};
    return HandedOut{};
}

Driver::Answer Driver::perform(const Confirm& effect) {
    if (!officer_is_open()) return SecretMissing{kSignaturePin};
    return answer<Confirmed>(x_ports.cm.confirm(effect.order, effect.issued, effect.accepted, x_ports.officer));
}

Driver::Answer Driver::perform(const CloseJournal&) { return answer<JournalClosed>(x_journal->close()); }

}  // namespace rakit::reference
