// A whole update inside somebody's own program: READER CM-URL CM-CA.pem OFFICER PROCEDURE KEY=ACTION... The PINs that a
// person would type come from standard input here, a line "prompt-id PIN" for each, in the order in which they are
// asked.
#include <cstdio>
#include <iostream>
#include <string>

#include "common/base/file.hpp"
#include "reference/session/lines.hpp"
#include "reference/session/rakit.hpp"

namespace {

using namespace rakit;
using namespace rakit::reference;

/// Desk answers the update's questions.
class Desk final : public Dialog {
public:
    Result<Pin> ask_pin(const PinPrompt& prompt) override {
        std::string line;
        const std::string id = prompt.id + " ";
        if (!std::getline(std::cin, line) || line.rfind(id, 0) != 0)
            return fail(ErrorCode::prompt_unavailable, prompt.label, prompt.id);
        Pin pin(std::string_view(line).substr(id.size()));
        wipe(line.data(), line.size());
        return pin;
    }
    Result<ActionsAnswer> choose_actions(const Contents&) override { return absent("an action"); }
    Result<std::string> choose_procedure(const std::vector<Procedure>&) override { return absent("a procedure"); }
    Result<FilledForm> fill_form(const InputForm& form) override {
        FilledForm filled;
        for (const auto& field : form.fields)
            if (field.name == "commonName") filled.values["commonName"] = "Anna Ek";
        return filled;
    }
    /// A card that is no virtual one is written only if somebody says so: here nobody does.
    Result<bool> confirm(const Question& question) override { return question.preset; }
    void tell(const std::string& code, const std::string& text) override {
        std::printf("notice %s: %s\n", code.c_str(), text.c_str());
    }
    void progress(const std::string& step) override { std::printf("step %s\n", step.c_str()); }

private:
    static Unexpected absent(const char* what) { return fail(ErrorCode::prompt_unavailable, what); }
};

Result<UpdateOutcome> run(char** arguments, int count) {
    auto reader = PcscReader::open(arguments[1]);
    if (!reader) return Unexpected{std::move(reader).error()};
    const auto text = read_file(arguments[3]);
    if (!text) return Unexpected{text.error()};
    const auto anchors = x509::parse_pem(as_text(*text));
    if (!anchors) return Unexpected{anchors.error()};
    const auto officers = open_officers(arguments[4]);
    if (!officers) return Unexpected{officers.error()};
    const auto exchange = HttpsExchange::open(arguments[2], *anchors, &officers->tls());
    if (!exchange) return Unexpected{exchange.error()};
    SystemClock clock;
    SystemRng rng;
    NoTrace trace;
    Desk desk;
    const auto cm = open_cm("cmc", **exchange, *anchors, clock, rng);
    UpdatePorts ports{**reader, *cm, *officers->signs, desk, clock, rng, trace, "journal", {kDefaultTransportPolicy}};
    UpdateRequest request;
    request.procedure = arguments[5];
    request.fields["commonName"] = "Anna Ek";
    for (int i = 6; i < count; ++i) {
        const std::string choice = arguments[i];
        const auto equals = choice.find('=');
        const auto action = core::action_from_name(choice.substr(equals + 1));
        if (equals == std::string::npos || !action) return fail(ErrorCode::usage, choice + " is no KEY=ACTION");
        request.actions.push_back({choice.substr(0, equals), *action, {}});
    }
    return update(ports, request);
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 7) {
        std::fprintf(stderr, "usage: embed READER CM-URL CM-CA.pem OFFICER PROCEDURE KEY=ACTION...\n");
        return 2;
    }
    const auto outcome = run(arguments, count);
    if (!outcome) {
        std::fprintf(stderr, "%s\n", to_string(outcome.error()).c_str());
        return 1;
    }
    for (const auto& line : outcome->lines)
        std::printf("%s: serial %s\n", line.key.c_str(), line.certificate->serial_hex().c_str());
    return 0;
}
