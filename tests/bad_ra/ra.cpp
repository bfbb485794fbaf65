#include "tests/bad_ra/ra.hpp"

#include "reference/session/lines.hpp"
#include "reference/session/reader_card.hpp"
#include "tests/bad_ra/bend.hpp"

namespace rakit::bad_ra {
namespace {

class BentCard final : public CardPort {
public:
    BentCard(CardPort& inner, const Ra& ra) : x_inner(inner), x_ra(ra) {}
    std::string real_reader() const override { return x_inner.real_reader(); }
    Result<void> lock() override { return x_ra.lock(x_inner); }
    void unlock() override { x_ra.unlock(x_inner); }
    Result<Contents> read_contents() override { return x_ra.read_contents(x_inner); }
    Result<CardIdentity> read_identity() override { return x_ra.read_identity(x_inner); }
    Result<void> verify(const PinState& pin, const Pin& value) override { return x_ra.verify(x_inner, pin, value); }
    Result<Bytes> sign(const KeyLine& key, ByteView message) override { return x_ra.sign(x_inner, key, message); }
    Result<void> prove_possession(const KeyLine& key, Rng& rng) override { return x_inner.prove_possession(key, rng); }
    Result<WritePlan> plan_write(const WriteOrder& wanted, UtcTime now) override {
        return x_ra.plan_write(x_inner, wanted, now);
    }
    Result<void> send(const WriteStep& step) override { return x_ra.send(x_inner, step); }

private:
    CardPort& x_inner;
    const Ra& x_ra;
};

class BentCm final : public CmPort {
public:
    BentCm(CmPort& inner, const Ra& ra) : x_inner(inner), x_ra(ra) {}
    std::string_view dialect() const override { return x_inner.dialect(); }
    Result<std::vector<Procedure>> procedures() override { return x_ra.procedures(x_inner); }
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order) override { return x_ra.prepare(x_inner, order); }
    Result<Bytes> witnessed_request(const Order& order, const OrderLine& line) override {
        return x_inner.witnessed_request(order, line);
    }
    Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                               const OfficerCredential& officer) override {
        return x_ra.encode(x_inner, order, requests, officer);
    }
    Result<Submission> submit(ByteView encoded, const Order& order, const Submission& so_far,
                              const OfficerCredential& officer) override {
        return x_ra.submit(x_inner, encoded, order, so_far, officer);
    }
    Result<void> confirm(const Order& order, const Issued& issued, bool accepted,
                         const OfficerCredential& officer) override {
        return x_ra.confirm(x_inner, order, issued, accepted, officer);
    }

private:
    CmPort& x_inner;
    const Ra& x_ra;
};

class BentDialog final : public Dialog {
public:
    BentDialog(Dialog& inner, const Ra& ra) : x_inner(inner), x_ra(ra) {}
    Result<Pin> ask_pin(const PinPrompt& prompt) override { return x_ra.ask_pin(x_inner, prompt); }
    Result<ActionsAnswer> choose_actions(const Contents& contents) override { return x_inner.choose_actions(contents); }
    Result<std::string> choose_procedure(const std::vector<Procedure>& procedures) override {
        return x_inner.choose_procedure(procedures);
    }
    Result<FilledForm> fill_form(const InputForm& form) override { return x_inner.fill_form(form); }
    void tell(const std::string& code, const std::string& text) override { x_ra.tell(x_inner, code, text); }
    void progress(const std::string& step) override { x_inner.progress(step); }
    Result<void> hand_out(const LineOutcome& line) override { return x_ra.hand_out(x_inner, line); }

private:
    Dialog& x_inner;
    const Ra& x_ra;
};

/// HeardExchange keeps the CM's last answer.
class HeardExchange final : public HttpExchange {
public:
    HeardExchange(std::unique_ptr<HttpExchange> inner, std::shared_ptr<Memory> memory)
        : x_inner(std::move(inner)), x_memory(std::move(memory)) {}
    Result<net::HttpResponse> exchange(const net::HttpRequest& request, std::chrono::milliseconds deadline) override {
        auto answer = x_inner->exchange(request, deadline);
        if (answer) x_memory->answer = answer->body;
        return answer;
    }

private:
    std::unique_ptr<HttpExchange> x_inner;
    std::shared_ptr<Memory> x_memory;
};

Result<UpdateOutcome> run(const Deviation& deviation, Memory& memory, UpdatePorts& ports, const UpdateRequest& request,
                          const std::optional<Resumption>& resumption) {
    if (memory.case_folder != ports.journal_folder) {
        memory = {};
        memory.case_folder = ports.journal_folder;
    }
    Ra ra{ports, memory, resumption.has_value()};
    deviation.bend(ra);
    const Drive drive = [&](const UpdateRequest& what, bool again) {
        ReaderCard card(ports.reader, card_profiles(), ports.transport_policies, ports.trace);
        BentCard bent_card(card, ra);
        BentCm cm(ports.cm, ra);
        BentDialog dialog(ports.dialog, ra);
        Driver driver({bent_card, cm, ports.officer, dialog, ports.clock, ports.rng, ports.trace, ports.journal_folder,
                       ports.pin_deadline, ports.field_choices, ports.card_log, ports.tls_officer, ports.approval_wait},
                      {what.issue_first, std::string(ports.cm.dialect()), ports.write_real_card}, ra.core);
        return driver.run(what, again ? std::optional(resumption.value_or(Resumption{})) : std::nullopt);
    };
    if (!resumption) memory.request = request;
    return ra.run(drive, request, resumption.has_value());
}

}  // namespace

scenarios::ReferenceCalls calls(const Deviation& deviation) {
    const auto memory = std::make_shared<Memory>();
    scenarios::ReferenceCalls calls;
    calls.update = [deviation, memory](UpdatePorts& ports, const UpdateRequest& request) {
        return run(deviation, *memory, ports, request, {});
    };
    calls.resume = [deviation, memory](UpdatePorts& ports) { return run(deviation, *memory, ports, {}, Resumption{}); };
    calls.abandon = [deviation, memory](UpdatePorts& ports) {
        return run(deviation, *memory, ports, {}, Resumption{true, {}});
    };
    calls.exchange = [memory](std::unique_ptr<HttpExchange> inner) -> std::unique_ptr<HttpExchange> {
        return std::make_unique<HeardExchange>(std::move(inner), memory);
    };
    return calls;
}

std::vector<Deviation> deviations() {
    std::vector<Deviation> all;
    for (const auto& family : {action_deviations(), card_deviations(), pin_deviations(), field_deviations(),
                               order_deviations(), answer_deviations(), writing_deviations(), telling_deviations()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

Contents as_written(const core::State& state) {
    Contents contents = state.contents;
    if (!state.issued) return contents;
    for (const auto& change : core::changes(state.order, *state.issued))
        for (auto& key : contents.keys) {
            if (change.replaces)
                std::erase_if(key.certificates,
                              [&](const auto& one) { return one.certificate.sha256() == *change.replaces; });
            if (key.id == change.key) key.certificates.push_back({change.certificate, change.label, {}, false});
        }
    return contents;
}

void trust_the_card(Ra& ra) {
    skip<core::ReadContents>(ra, in(core::Stage::reading_back), [](const core::State& state, const auto&) {
        return core::ContentsRead{as_written(state)};
    });
}

}  // namespace rakit::bad_ra
