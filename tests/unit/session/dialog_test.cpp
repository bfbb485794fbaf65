#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/contents_table.hpp"
#include "cli/dialog_absent.hpp"
#include "cli/dialog_events.hpp"
#include "cli/dialog_fd.hpp"
#include "cli/session_json.hpp"
#include "common/base/file.hpp"
#include "common/document/document.hpp"
#include "embedded/events_schema.hpp"
#include "tests/unit/session/samples.hpp"

// covers: seed-2, dialog-cancel, pin-last-try
namespace rakit::cli {
namespace {

using nlohmann::json;
using reference::PinPrompt;
namespace samples = reference::samples;

struct Pipe {
    Pipe() { EXPECT_EQ(::pipe(ends), 0); }
    Pipe(const Pipe&) = delete;
    ~Pipe() {
        close_writer();
        ::close(ends[0]);
    }
    void write(const std::string& text) {
        EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void close_writer() {
        if (ends[1] >= 0) ::close(ends[1]);
        ends[1] = -1;
    }
    std::string rest() {
        close_writer();
        std::string all;
        char chunk[4096];
        for (ssize_t n = 0; (n = ::read(ends[0], chunk, sizeof chunk)) > 0;)
            all.append(chunk, static_cast<std::size_t>(n));
        return all;
    }
    int ends[2];
};

std::string digits(const Result<Pin>& pin) {
    return pin ? std::string(as_text(pin->digits())) : to_string(pin.error());
}

const PinPrompt kPin1{"pin:01", "PIN 1", 3, false};
const PinPrompt kLast{"pin:01", "PIN 1", 1, true};

TEST(DialogFd, TakesALineForEachPromptInAnyOrder) {
    Pipe pipe;
    DialogAbsent absent(CertificateFolder("."));
    DialogFd dialog(pipe.ends[0], absent);
    pipe.write("pin:02 222 222\nsignature-pin s3cret\npin:01 111111\n");
    EXPECT_EQ(digits(dialog.ask_pin({"signature-pin", "S", {}, false})), "s3cret");
    EXPECT_EQ(digits(dialog.ask_pin(kPin1)), "111111");
    EXPECT_EQ(digits(dialog.ask_pin({"pin:02", "PIN 2", 3, false})), "222 222") << "a PIN may hold blanks";
    pipe.close_writer();
    const auto again = dialog.ask_pin(kPin1);
    ASSERT_FALSE(again) << "a line serves one prompt";
    EXPECT_EQ(again.error().code, ErrorCode::prompt_unavailable);
    EXPECT_NE(to_string(again.error()).find("--pin-fd"), std::string::npos);
}

TEST(DialogFd, TheLastTryMustBeMeant) {
    DialogAbsent absent(CertificateFolder("."));
    {
        Pipe pipe;
        DialogFd dialog(pipe.ends[0], absent);
        pipe.write("pin:01 111111\n");
        pipe.close_writer();
        EXPECT_EQ(dialog.ask_pin(kLast).error().code, ErrorCode::pin_last_try);
    }
    Pipe pipe;
    DialogFd dialog(pipe.ends[0], absent);
    pipe.write("pin:01! 111111\n");
    EXPECT_EQ(digits(dialog.ask_pin(kLast)), "111111");
}

TEST(DialogFd, ABareSecretIsNotRepeated) {
    Pipe pipe;
    DialogAbsent absent(CertificateFolder("."));
    DialogFd dialog(pipe.ends[0], absent);
    pipe.write("987654\n");
    const auto pin = dialog.ask_pin(kPin1);
    ASSERT_FALSE(pin);
    EXPECT_EQ(to_string(pin.error()).find("987654"), std::string::npos);
}

TEST(DialogAbsent, NamesTheOption) {
    DialogAbsent dialog(CertificateFolder("."));
    const auto names = [](const auto& result, const std::string& option) {
        return !result && result.error().code == ErrorCode::prompt_unavailable &&
               to_string(result.error()).find(option) != std::string::npos;
    };
    EXPECT_TRUE(names(dialog.ask_pin(kPin1), "--pin-fd"));
    EXPECT_TRUE(names(dialog.choose_actions(samples::card()), "--action"));
    EXPECT_TRUE(names(dialog.choose_procedure({samples::procedure()}), "employee-tc"));
    EXPECT_TRUE(names(dialog.fill_form(samples::form()), "--field commonName="));
    EXPECT_TRUE(dialog.fill_form(samples::form({{"commonName", "A"}})));
    EXPECT_TRUE(names(dialog.confirm({"replace-ca", "Replace?", false, "--replace-ca"}), "--replace-ca"));
}

/// Lines of the worked example in the page, by their first character.
std::vector<std::string> example(char direction) {
    const auto page = *read_file("docs/formats/events.md");
    std::istringstream lines{std::string(as_text(page))};
    std::vector<std::string> found;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0) inside = line == "```events";
        if (inside && line.size() > 2 && line[0] == direction && line[1] == ' ') found.push_back(line.substr(2));
    }
    return found;
}

std::string check(const std::string& line, const std::string& definition) {
    const auto whole = json::parse(embedded::events_schema);
    document::Document document{"line", json::parse(line), {}, {}};
    document::check(document, {{"$ref", "#/definitions/" + definition}, {"definitions", whole.at("definitions")}});
    return document.findings.empty() ? "" : to_string(document.findings[0]) + " in " + line;
}

TEST(DialogEvents, TheWorkedExampleFitsTheSchema) {
    ASSERT_GE(example('<').size(), 8U);
    ASSERT_GE(example('>').size(), 5U);
    for (const auto& line : example('<')) EXPECT_EQ(check(line, "event"), "");
    for (const auto& line : example('>')) EXPECT_EQ(check(line, "answer"), "");
}

TEST(DialogEvents, ReadsTheWorkedExample) {
    Pipe in, out;
    for (const auto& line : example('>')) in.write(line + "\n");
    DialogEvents dialog(in.ends[0], out.ends[1], CertificateFolder("."));
    EXPECT_EQ(digits(dialog.ask_pin({"signature-pin", "S", {}, false})), "officer");
    EXPECT_EQ(*dialog.choose_procedure({samples::procedure()}), "employee-tc");
    const auto filled = *dialog.fill_form(samples::form());
    EXPECT_EQ(filled.values, (std::map<std::string, std::string>{{"commonName", "Anna Ek"}}));
    EXPECT_EQ(filled.visible, (std::vector<std::string>{"commonName", "qcStatements"}));
    EXPECT_EQ(filled.statements, (std::vector<reference::QcStatement>{reference::QcLimitValue{"EUR", 500, 3}}));
    EXPECT_TRUE(*dialog.confirm({"replace-ca", "Replace?", false, {}}));
    EXPECT_EQ(digits(dialog.ask_pin(kPin1)), "111111");
    EXPECT_EQ(digits(dialog.ask_pin({"pin:02", "PIN 2", 1, true})), "222222");
    in.write(
        "{\"answer\":\"reload\"}\n"
        R"({"answer":"actions","actions":[{"key":"45","action":"redo","certificate":"0A"},{"key":"46","action":"blank"}]})"
        "\n");
    EXPECT_TRUE(dialog.choose_actions(samples::card())->reload);
    const auto actions = dialog.choose_actions(samples::card())->actions;
    ASSERT_EQ(actions.size(), 2U);
    EXPECT_EQ(actions[0].action, reference::Action::redo);
    EXPECT_EQ(actions[0].certificate, "0A");
    dialog.tell("card_note", "a note");
    dialog.progress("write");
}

TEST(DialogEvents, WritesWhatTheSchemaSays) {
    Pipe in, out;
    for (int i = 0; i < 5; ++i) in.write("{\"answer\":\"cancel\"}\n");
    const auto folder = std::filesystem::temp_directory_path() / ("rakit-dialog-" + std::to_string(::getpid()));
    DialogEvents dialog(in.ends[0], out.ends[1], CertificateFolder(folder));
    EXPECT_EQ(dialog.ask_pin(kPin1).error().code, ErrorCode::pin_cancelled);
    EXPECT_EQ(dialog.choose_actions(samples::card()).error().code, ErrorCode::cancelled);
    EXPECT_EQ(dialog.choose_procedure({samples::qualified()}).error().code, ErrorCode::cancelled);
    auto form = samples::form({{"commonName", "A"}});
    form.qc = samples::qualified().qc;
    form.statements = {reference::QcRetentionPeriod{10}};
    EXPECT_EQ(dialog.fill_form(form).error().code, ErrorCode::cancelled);
    EXPECT_EQ(dialog.confirm({"replace-ca", "Replace?", false, {}}).error().code, ErrorCode::cancelled);
    const auto certificate = samples::card().keys[0].certificates[0].certificate;
    ASSERT_TRUE(dialog.hand_out({"45", reference::Action::issue, certificate, false}));
    dialog.tell("c", "t");
    dialog.progress("write");
    dialog.emit(result_json(
        reference::UpdateOutcome{"41", {{"45", reference::Action::redo, certificate, true}}, {{"a", "b"}}}));
    dialog.emit(result_json(fail(Error{ErrorCode::tc_missing, "no TC", {}, "line 1", "get one", "45"})));
    std::istringstream lines(out.rest());
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_EQ(check(line, "event"), "");
    EXPECT_EQ(count, 10U);
    const auto pem = read_file(folder / ("45-" + certificate.serial_hex() + ".pem"));
    ASSERT_TRUE(pem);
    EXPECT_EQ(x509::parse_pem(as_text(*pem))->front(), certificate);
    std::filesystem::remove_all(folder);
}

struct BadAnswer {
    std::string line;
    ErrorCode code;
};

TEST(DialogEvents, RefusesWhatDoesNotFitAndNeverRepeatsASecret) {
    for (const auto& row : std::vector<BadAnswer>{
             {"nonsense 987654", ErrorCode::document_invalid},
             {"[]", ErrorCode::document_invalid},
             {R"({"answer":"pin","id":"pin:01"})", ErrorCode::document_invalid},
             {R"({"answer":"pin","id":"pin:01","value":987654})", ErrorCode::document_invalid},
             {R"({"answer":"pin","id":"pin:01","value":"987654","x":1})", ErrorCode::document_invalid},
             {R"({"answer":"pin","id":"pin:02","value":"987654"})", ErrorCode::document_invalid},
             {R"({"answer":"pin","id":"pin:01","value":"987654"})", ErrorCode::pin_last_try},
             {R"({"answer":"procedure","procedure":"987654"})", ErrorCode::document_invalid},
             {R"({"answer":"reload"})", ErrorCode::document_invalid},
             {"", ErrorCode::document_invalid}}) {
        Pipe in, out;
        in.write(row.line + "\n");
        DialogEvents dialog(in.ends[0], out.ends[1], CertificateFolder("."));
        const auto pin = dialog.ask_pin(kLast);
        ASSERT_FALSE(pin) << row.line;
        EXPECT_EQ(pin.error().code, row.code) << row.line << ": " << to_string(pin.error());
        EXPECT_EQ(to_string(pin.error()).find("987654"), std::string::npos) << to_string(pin.error());
    }
    Pipe in, out;
    in.close_writer();
    DialogEvents dialog(in.ends[0], out.ends[1], CertificateFolder("."));
    EXPECT_EQ(dialog.ask_pin(kPin1).error().code, ErrorCode::prompt_unavailable);
}

TEST(ContentsTable, OneKeyALineAndTheTcMarked) {
    auto card = samples::card();
    card.keys[1].certificates.push_back({samples::certificate_for(card.keys[1].spki, 9, "Åsa Ek"), "x", "2", false});
    card.pins[1].tries_left = 0;
    card.label = "Evil\x1b[2J card";
    EXPECT_EQ(contents_table(card),
              "Card 0A1B2C (pkcs15): Evil?[2J card\n"
              "Key  Label           Type     PIN              Certificate            Valid\n"
              "45   Authentication  ec-p256  PIN 1 (3 tries)  TC 45 [TC], serial 01  2024-01-01 to 2034-01-01\n"
              "46   Signature       ec-p256  PIN 2 (blocked)  TC 46 [TC], serial 01  2024-01-01 to 2034-01-01\n"
              "                                               Åsa Ek, serial 09      2024-01-01 to 2034-01-01\n");
}

}  // namespace
}  // namespace rakit::cli
