#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <future>

#include "cli/dialog_terminal.hpp"
#include "tests/unit/session/samples.hpp"

// covers: seed-3, seed-4, seed-5, seed-8a, seed-8b, fields-visible-set
// covers: fields-dropped-said, dialog-cancel, reload, qc-added
namespace rakit::cli {
namespace {

using reference::PinPrompt;
namespace samples = reference::samples;

std::string digits(const Result<Pin>& pin) {
    return pin ? std::string(as_text(pin->digits())) : to_string(pin.error());
}

const PinPrompt kPin1{"pin:01", "PIN 1", 3, false};
const PinPrompt kLast{"pin:01", "PIN 1", 1, true};

/// Person is the other end of a pseudo-terminal.
class Person {
public:
    Person() {
        int dialog_end = -1;
        EXPECT_EQ(::openpty(&x_end, &dialog_end, nullptr, nullptr, nullptr), 0);
        x_watch = ::dup(dialog_end);
        dialog = std::make_unique<DialogTerminal>(Descriptor(dialog_end), CertificateFolder("."));
    }
    Person(const Person&) = delete;
    ~Person() {
        ::close(x_watch);
        ::close(x_end);
    }
    /// sees waits (10 s at most) until the text is on the screen.
    bool sees(const std::string& text) {
        for (;;) {
            if (const auto at = screen.find(text, x_seen); at != std::string::npos) {
                x_seen = at + text.size();
                return true;
            }
            pollfd wait{x_end, POLLIN, 0};
            char chunk[1024];
            if (::poll(&wait, 1, 10000) <= 0) return false;
            const ssize_t n = ::read(x_end, chunk, sizeof chunk);
            if (n <= 0) return false;
            screen.append(chunk, static_cast<std::size_t>(n));
        }
    }
    void types(const std::string& keys) {
        EXPECT_EQ(::write(x_end, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    }
    bool echoes() const {
        termios now{};
        return ::tcgetattr(x_watch, &now) == 0 && (now.c_lflag & ECHO) != 0;
    }
    template <class F>
    auto ask(F&& question) {
        return std::async(std::launch::async, std::forward<F>(question));
    }
    std::unique_ptr<DialogTerminal> dialog;
    std::string screen;

private:
    int x_end = -1;
    int x_watch = -1;
    std::size_t x_seen = 0;
};

TEST(DialogTerminal, APinIsNotEchoedAndCanBeCorrected) {
    Person person;
    auto pin = person.ask([&] { return digits(person.dialog->ask_pin(kPin1)); });
    ASSERT_TRUE(person.sees("PIN 1 (3 tries left): "));
    EXPECT_FALSE(person.echoes());
    person.types(
        "99\x15"
        "4711x\x7f\r");
    EXPECT_EQ(pin.get(), "4711");
    EXPECT_TRUE(person.sees("\n"));
    EXPECT_TRUE(person.echoes());
    EXPECT_EQ(person.screen.find("4711"), std::string::npos);
    EXPECT_EQ(person.screen.find('*'), std::string::npos);
}

TEST(DialogTerminal, CtrlCCancelsAndTheEchoComesBack) {
    Person person;
    auto pin = person.ask([&] { return person.dialog->ask_pin(kPin1).error().code; });
    ASSERT_TRUE(person.sees("tries left): "));
    person.types("12\x03");
    EXPECT_EQ(pin.get(), ErrorCode::pin_cancelled);
    EXPECT_TRUE(person.echoes());
}

TEST(DialogTerminal, TheLastTryMustBeMeant) {
    Person person;
    auto refused = person.ask([&] { return person.dialog->ask_pin(kLast).error().code; });
    ASSERT_TRUE(person.sees("ONE try left"));
    person.types("y\n");
    EXPECT_EQ(refused.get(), ErrorCode::pin_last_try);
    auto pin = person.ask([&] { return digits(person.dialog->ask_pin(kLast)); });
    ASSERT_TRUE(person.sees("Type yes to go on: "));
    person.types("yes\n");
    ASSERT_TRUE(person.sees("PIN 1: "));
    person.types("4711\r");
    EXPECT_EQ(pin.get(), "4711");
}

const char* const kUp = "\x1b[A";
const char* const kDown = "\x1b[B";
const char* const kRight = "\x1b[C";

TEST(DialogTerminal, ChoosesActionsByArrowsAndNumbers) {
    Person person;
    auto card = samples::card();
    card.keys[1].certificates = {{samples::certificate_for(card.keys[1].spki, 4, "Anna Ek"), "a", "1", false},
                                 {samples::certificate_for(card.keys[1].spki, 5, "Anna Ek"), "b", "2", false}};
    auto chosen = person.ask([&] { return *person.dialog->choose_actions(card); });
    ASSERT_TRUE(person.sees("> [blank ]  45"));
    person.types("4");  // Add isn't offered with a TC: nothing changes
    ASSERT_TRUE(person.sees("> [blank ]  45"));
    person.types(kRight);
    ASSERT_TRUE(person.sees("> [issue ]  45"));
    person.types(kRight);
    ASSERT_TRUE(person.sees("> [redo  ]  45"));
    person.types(kDown);
    ASSERT_TRUE(person.sees("> [blank ]  46"));
    person.types("4");
    ASSERT_TRUE(person.sees("> [add   ]  46"));
    person.types("3\r");
    ASSERT_TRUE(person.sees("> 2  Anna Ek, serial 05")) << "the newest is proposed";
    person.types(kUp);
    ASSERT_TRUE(person.sees("> 1  Anna Ek, serial 04"));
    person.types("\r");
    const auto answer = chosen.get();
    ASSERT_EQ(answer.actions.size(), 2U);
    EXPECT_EQ(answer.actions[0].action, reference::Action::redo);
    EXPECT_FALSE(answer.actions[0].certificate);
    EXPECT_EQ(answer.actions[1].certificate, "04");
    EXPECT_TRUE(person.echoes());
}

TEST(DialogTerminal, ReloadsTheCard) {
    Person person;
    auto chosen = person.ask([&] { return *person.dialog->choose_actions(samples::card()); });
    ASSERT_TRUE(person.sees("[blank ]  46"));
    person.types("r");
    EXPECT_TRUE(chosen.get().reload);
}

TEST(DialogTerminal, EveryQuestionCanBeLeft) {
    const auto leave = [](auto question, const std::string& shown, const std::string& key) {
        Person person;
        auto asked = person.ask([&] { return question(*person.dialog).error().code; });
        EXPECT_TRUE(person.sees(shown)) << person.screen;
        person.types(key);
        EXPECT_EQ(asked.get(), ErrorCode::cancelled) << shown;
        EXPECT_TRUE(person.echoes());
    };
    for (const std::string key : {"\x03", "\x04", "\x1b"}) {
        leave([](auto& dialog) { return dialog.choose_actions(samples::card()); }, "[blank ]  46", key);
        leave([](auto& dialog) { return dialog.choose_procedure({samples::procedure()}); }, "1  employee-tc", key);
        leave([](auto& dialog) { return dialog.fill_form(samples::form()); }, "Name (required): ", key);
        leave([](auto& dialog) { return dialog.confirm({"replace-ca", "Replace?", false, {}}); }, "> 1  no", key);
    }
}

TEST(DialogTerminal, TheProcedureIsShownWithItsStatementsAndDialects) {
    Person person;
    auto chosen = person.ask([&] {
        return *person.dialog->choose_procedure({samples::procedure(), samples::qualified()});
    });
    ASSERT_TRUE(person.sees("qualified, fixed QC statement: QcCompliance"));
    ASSERT_TRUE(person.sees("2  qualified  Qualified  (qualified)"));
    ASSERT_TRUE(person.sees("[cmc rest]"));
    person.types("2\r");
    EXPECT_EQ(chosen.get(), "qualified");
}

TEST(DialogTerminal, AYesOrNoQuestion) {
    Person person;
    auto yes = person.ask([&] { return *person.dialog->confirm({"replace-ca", "Replace the CA?", false, {}}); });
    ASSERT_TRUE(person.sees("Replace the CA?"));
    ASSERT_TRUE(person.sees("> 1  no"));
    person.types(std::string(kDown) + "\r");
    EXPECT_TRUE(yes.get());
}

/// A form with a hidden field that the card holds, a two-letter one, and a QC field.
reference::InputForm qualified_form() {
    auto form = samples::form();
    form.fields = {{"commonName", "Name", true, true},
                   {"country", "Country", false, true},
                   {"title", "Title", false, false},
                   {"qcStatements", "QC", false, true}};
    form.card = {{"title", "Dr"}};
    form.qc = samples::qualified().qc;
    return form;
}

TEST(DialogTerminal, FieldsAreAskedAgainUntilTheyFit) {
    Person person;
    auto form = qualified_form();
    form.qc.reset();
    auto filled = person.ask([&] { return *person.dialog->fill_form(form); });
    ASSERT_TRUE(person.sees("Name (required): "));
    person.types("\n");
    ASSERT_TRUE(person.sees("Name (required): ")) << "a required field can't stay empty";
    person.types("Åsa Ekx\x7f\n");
    ASSERT_TRUE(person.sees("Country: "));
    person.types("Sweden\n");
    ASSERT_TRUE(person.sees("two upper-case letters"));
    person.types("SE\n");
    ASSERT_TRUE(person.sees("not shown, so left out: title = Dr"));
    ASSERT_TRUE(person.sees("> 1  go on"));
    person.types("3\r");  // choose which fields are visible
    ASSERT_TRUE(person.sees("3  [ ] Title"));
    person.types("3");
    ASSERT_TRUE(person.sees("3  [x] Title"));
    person.types("\r");
    ASSERT_TRUE(person.sees("> 1  go on"));
    person.types("\r");
    const auto answer = filled.get();
    EXPECT_EQ(answer.values,
              (std::map<std::string, std::string>{{"commonName", "Åsa Ek"}, {"country", "SE"}, {"title", "Dr"}}));
    EXPECT_EQ(answer.visible, (std::vector<std::string>{"commonName", "country", "title", "qcStatements"}));
    EXPECT_FALSE(answer.statements);
}

TEST(DialogTerminal, AStatementThatIsMissingIsAskedFor) {
    Person person;
    auto form = qualified_form();
    form.values = {{"commonName", "Anna Ek"}};
    auto filled = person.ask([&] { return *person.dialog->fill_form(form); });
    ASSERT_TRUE(person.sees("Name (required) [Anna Ek]: "));
    person.types("\n");
    ASSERT_TRUE(person.sees("Country: "));
    person.types("\n");
    ASSERT_TRUE(person.sees("QC, fixed by the procedure: QcCompliance"));
    ASSERT_TRUE(person.sees("qc_missing"));
    ASSERT_TRUE(person.sees("> 4  add a QC statement"));
    person.types("\r");
    ASSERT_TRUE(person.sees("> 1  QcLimitValue"));
    person.types("\r");
    ASSERT_TRUE(person.sees("Currency, as EUR: "));
    person.types("EUR\n");
    ASSERT_TRUE(person.sees("Amount: "));
    person.types("500\n");
    ASSERT_TRUE(person.sees("10^exponent): "));
    person.types("3\n");
    ASSERT_TRUE(person.sees("QC, added: QcLimitValue"));
    ASSERT_TRUE(person.sees("> 1  go on"));
    person.types("\r");
    EXPECT_EQ(filled.get().statements, (std::vector<reference::QcStatement>{reference::QcLimitValue{"EUR", 500, 3}}));
}

}  // namespace
}  // namespace rakit::cli
