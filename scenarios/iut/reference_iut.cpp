#include "scenarios/iut/reference_iut.hpp"

#include <nlohmann/json.hpp>

#include "common/base/file.hpp"
#include "reference/cm/rest_client.hpp"
#include "reference/officer/open_officers.hpp"
#include "reference/session/lines.hpp"

namespace rakit::scenarios {
namespace {

using namespace reference;

/// TypedDialog is the officer at the reference's prompts. Everything else the job has said already.
class TypedDialog final : public Dialog {
public:
    TypedDialog(Typist& typist, Trace& trace, std::filesystem::path out)
        : x_typist(typist), x_trace(trace), x_out(std::move(out)) {}

    Result<Pin> ask_pin(const PinPrompt& prompt) override {
        x_trace.emit({TraceEvent::Kind::prompt, prompt.id, {}, {}});
        auto pin = x_typist.type(prompt.id);
        if (!pin) return fail(ErrorCode::pin_cancelled, prompt.id + " was cancelled");
        return *std::move(pin);
    }
    Result<ActionsAnswer> choose_actions(const Contents&) override { return unasked("actions"); }
    Result<std::string> choose_procedure(const std::vector<Procedure>&) override { return unasked("a procedure"); }
    Result<FilledForm> fill_form(const InputForm&) override { return FilledForm{}; }
    void tell(const std::string& code, const std::string& text) override {
        x_trace.emit({TraceEvent::Kind::note, code + ": " + text, {}, {}});
        notices.push_back(code);
    }
    void progress(const std::string& step) override { x_trace.emit({TraceEvent::Kind::state, step, {}, {}}); }
    Result<void> hand_out(const LineOutcome& line) override {
        if (!line.certificate) return fail(ErrorCode::internal, "a certificate was to be handed out that isn't there");
        return write_file_atomically(x_out / (line.key + "-" + line.certificate->serial_hex() + ".der"),
                                     line.certificate->der());
    }

    std::vector<std::string> notices;

private:
    static Unexpected unasked(const std::string& what) {
        return fail(ErrorCode::prompt_unavailable, "the job says " + what + ", it was asked for all the same");
    }

    Typist& x_typist;
    Trace& x_trace;
    std::filesystem::path x_out;
};

/// request_of is what the officer wants. Failure: qc_invalid, as where the officer types the statement.
Result<UpdateRequest> request_of(const Job& job) {
    UpdateRequest request;
    const auto statements = nlohmann::json::parse(job.qc);
    for (std::size_t i = 0; i < statements.size(); ++i) {
        auto statement = read_qc_statement(statements[i], "/" + std::to_string(i));
        if (!statement) return Unexpected{std::move(statement).error()};
        request.qc.push_back(*std::move(statement));
    }
    for (const auto& one : job.actions)
        request.actions.push_back(
            {one.key, core::action_from_name(one.action).value_or(Action::blank), one.certificate});
    request.procedure = job.procedure;
    request.fields = job.fields;
    request.show_fields = job.show_fields;
    request.auto_add_fields = job.auto_add_fields;
    request.replace_ca = job.replace_ca;
    return request;
}

}  // namespace

Result<IutResult> ReferenceIut::run(const Job& job, Typist& typist) {
    auto officers = open_officers(job.officer, job.officer_tls);
    if (!officers) return Unexpected{std::move(officers).error()};
    auto exchange = x_ports.exchange(officers->tls());
    if (!exchange) return Unexpected{std::move(exchange).error()};
    const auto way = x_calls.exchange(*std::move(exchange));
    const auto client = open_cm(job.dialect, *way, x_ports.anchors, x_ports.clock, x_ports.rng, x_ports.cm_deadline);
    TypedDialog dialog(typist, x_ports.trace, job.out_folder);
    UpdatePorts ports{x_ports.reader,
                      *client,
                      *officers->signs,
                      dialog,
                      x_ports.clock,
                      x_ports.rng,
                      x_ports.trace,
                      job.journal_folder,
                      {kDefaultTransportPolicy}};
    ports.tls_officer = officers->connects.get();
    ports.write_real_card = true;  // whoever runs scenarios at a real card has agreed before the first
    const auto act = [&]() -> Result<UpdateOutcome> {
        if (job.abandon) return x_calls.abandon(ports);
        if (job.resume) return x_calls.resume(ports);
        auto request = request_of(job);
        if (!request) return Unexpected{std::move(request).error()};
        return x_calls.update(ports, *request);
    };
    const auto outcome = x_ports.at_device ? x_ports.at_device(ports, act) : act();
    IutResult result{"ok", "", std::move(dialog.notices)};
    if (!outcome) {
        result.result = name(outcome.error().code);
        result.detail = to_string(outcome.error());
    }
    return result;
}

}  // namespace rakit::scenarios
