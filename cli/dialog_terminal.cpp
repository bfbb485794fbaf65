#include "cli/dialog_terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

#include "cli/contents_table.hpp"
#include "cli/printable.hpp"
#include "cli/secret_line.hpp"
#include "reference/session/lines.hpp"

namespace rakit::cli {
namespace {

Unexpected cancelled() { return fail(ErrorCode::pin_cancelled, "the officer left the dialog"); }

constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

int raw_terminal = -1;  // a signal handler has no other way to know
termios before_raw{};

/// restore_and_end gives the terminal its echo back, then lets the signal do what it does.
void restore_and_end(int number) {
    if (raw_terminal >= 0) ::tcsetattr(raw_terminal, TCSANOW, &before_raw);
    ::raise(number);  // SA_RESETHAND: the default action now
}

/// RawTerminal switches echo and line editing off; signals too, so that Ctrl-C can't leave the terminal without echo.
/// One that another process sends restores the terminal before it ends us.
class RawTerminal {
public:
    explicit RawTerminal(int fd) : x_fd(fd), x_ok(::tcgetattr(fd, &x_before) == 0) {
        termios raw = x_before;
        raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
        raw.c_iflag |= ICRNL;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        before_raw = x_before;
        raw_terminal = x_ok ? fd : -1;
        struct sigaction action {};
        action.sa_handler = restore_and_end;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        for (std::size_t i = 0; i < kEnding.size(); ++i) {
            ::sigaction(kEnding[i], nullptr, &x_actions[i]);
            if (x_actions[i].sa_handler == SIG_DFL) ::sigaction(kEnding[i], &action, nullptr);
        }
        x_ok = x_ok && ::tcsetattr(fd, TCSAFLUSH, &raw) == 0;
    }
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;
    ~RawTerminal() {
        if (x_ok) ::tcsetattr(x_fd, TCSAFLUSH, &x_before);
        for (std::size_t i = 0; i < kEnding.size(); ++i) ::sigaction(kEnding[i], &x_actions[i], nullptr);
        raw_terminal = -1;
    }
    bool ok() const { return x_ok; }

private:
    int x_fd;
    termios x_before{};
    std::array<struct sigaction, kEnding.size()> x_actions{};
    bool x_ok;
};

/// read_hidden reads a line key by key; nothing if the person cancelled.
std::optional<SecretBytes> read_hidden(int fd) {
    constexpr std::uint8_t kCtrlC = 3, kCtrlD = 4, kBackspace = 8, kCtrlU = 21, kEscape = 27, kDelete = 127;
    constexpr std::size_t kLongest = 256;
    SecretBytes typed;
    typed.reserve(kLongest);
    for (;;) {
        std::uint8_t key = 0;
        const ssize_t n = ::read(fd, &key, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || key == kCtrlC || key == kCtrlD || key == kEscape) return std::nullopt;
        if (key == '\n' || key == '\r') return typed;
        if (key == kCtrlU)
            typed.clear();
        else if ((key == kBackspace || key == kDelete) && !typed.empty())
            typed.pop_back();
        else if (key >= 0x20 && key != kDelete && typed.size() < kLongest)
            typed.push_back(key);
    }
}

}  // namespace

Result<std::unique_ptr<DialogTerminal>> DialogTerminal::open(CertificateFolder folder) {
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal) return fail(ErrorCode::prompt_unavailable, "there is no terminal to ask on");
    return std::make_unique<DialogTerminal>(std::move(terminal), std::move(folder));
}

void DialogTerminal::say(const std::string& text) { (void)write_all(x_terminal.get(), as_bytes(text)); }

Result<std::string> DialogTerminal::ask(const std::string& question) {
    say(question);
    const auto line = read_secret_line(x_terminal.get());
    if (!line) return cancelled();
    std::string answer(as_text(*line));
    while (!answer.empty() && (answer.back() == '\r' || answer.back() == ' ')) answer.pop_back();
    return answer;
}

Result<std::size_t> DialogTerminal::choose(const std::string& question, std::size_t count, std::size_t preset) {
    for (;;) {
        auto answer = ask(question + " [" + std::to_string(preset) + "]: ");
        if (!answer) return Unexpected{std::move(answer).error()};
        if (answer->empty()) return preset;
        std::size_t number = 0;
        const char* end = answer->data() + answer->size();
        const auto [rest, problem] = std::from_chars(answer->data(), end, number);
        if (problem == std::errc{} && rest == end && number >= 1 && number <= count) return number;
        say("Please type a number from 1 to " + std::to_string(count) + ".\n");
    }
}

Result<Pin> DialogTerminal::ask_pin(const reference::PinPrompt& prompt) {
    const std::string label = printable(prompt.label);
    if (prompt.last_try) {
        auto answer = ask(label + " has ONE try left; a wrong PIN blocks it. Type yes to go on: ");
        if (!answer) return Unexpected{std::move(answer).error()};
        if (*answer != "yes") return fail(ErrorCode::pin_last_try, label + " has one try left, and it was not used");
    }
    const std::string tries =
        prompt.tries_left && !prompt.last_try ? " (" + std::to_string(*prompt.tries_left) + " tries left)" : "";
    const RawTerminal raw(x_terminal.get());
    if (!raw.ok()) return fail(ErrorCode::prompt_unavailable, "the terminal's echo can't be switched off");
    say(label + tries + ": ");
    const auto typed = read_hidden(x_terminal.get());
    say("\n");
    if (!typed || typed->empty()) return fail(ErrorCode::pin_cancelled, label + " was not given");
    return Pin(as_text(*typed));
}

Result<reference::ActionChoice> DialogTerminal::choose_action(const reference::KeyLine& key) {
    using reference::Action;
    say("\nKey " + key.id + " " + printable(key.label) +
        "\n  1  blank  nothing happens\n  2  issue  a certificate that is not stored on the card\n"
        "  3  redo   replace a certificate\n" +
        (key.transport_certificate() == nullptr ? "  4  add    one more certificate for this key\n" : ""));
    auto number = choose("Action", key.transport_certificate() == nullptr ? 4 : 3, 1);
    if (!number) return Unexpected{std::move(number).error()};
    reference::ActionChoice choice{key.id, static_cast<Action>(*number - 1), {}};
    if (choice.action != Action::redo || key.certificates.size() < 2) return choice;
    std::size_t preset = 1;
    for (std::size_t i = 0; i < key.certificates.size(); ++i) {
        say("  " + std::to_string(i + 1) + "  " + certificate_title(key.certificates[i]) + ", serial " +
            key.certificates[i].certificate.serial_hex() + "\n");
        if (key.certificates[i].transport) preset = i + 1;
    }
    auto replaced = choose("Replace which", key.certificates.size(), preset);
    if (!replaced) return Unexpected{std::move(replaced).error()};
    choice.certificate = key.certificates[*replaced - 1].certificate.serial_hex();
    return choice;
}

Result<std::vector<reference::ActionChoice>> DialogTerminal::choose_actions(const reference::Contents& contents) {
    say(contents_table(contents));
    std::vector<reference::ActionChoice> choices;
    for (const auto& key : contents.keys) {
        auto choice = choose_action(key);
        if (!choice) return Unexpected{std::move(choice).error()};
        choices.push_back(std::move(*choice));
    }
    return choices;
}

Result<std::string> DialogTerminal::choose_procedure(const std::vector<reference::Procedure>& procedures) {
    say("\nProcedures\n");
    for (std::size_t i = 0; i < procedures.size(); ++i) {
        const auto& procedure = procedures[i];
        say("  " + std::to_string(i + 1) + "  " + printable(procedure.name) + "  " + printable(procedure.title) +
            (procedure.tc_controls ? "  (for cards with a transport certificate)" : "") + "\n");
        if (procedure.qc)
            for (const auto& statement : procedure.qc->fixed) say("       QC: " + printable(summary(statement)) + "\n");
    }
    auto number = choose("Procedure", procedures.size(), 1);
    if (!number) return Unexpected{std::move(number).error()};
    return procedures[*number - 1].name;
}

Result<std::map<std::string, std::string>> DialogTerminal::fill_fields(
    const std::vector<reference::Field>& fields, const std::map<std::string, std::string>& known) {
    say("\nInput fields (Enter keeps what is in brackets)\n");
    auto values = known;
    for (const auto& field : fields) {
        for (;;) {
            auto& value = values[field.name];
            const std::string shown = value.empty() ? "" : " [" + printable(value) + "]";
            auto answer = ask("  " + printable(field.label) + (field.required ? " (required)" : "") + shown + ": ");
            if (!answer) return Unexpected{std::move(answer).error()};
            if (!answer->empty()) value = *answer;
            if (!field.required || !value.empty()) break;
        }
    }
    return values;
}

void DialogTerminal::tell(const std::string& code, const std::string& text) {
    say("! " + printable(code) + ": " + printable(text) + "\n");
}

void DialogTerminal::progress(const std::string& step) { say("> " + step + "\n"); }

Result<void> DialogTerminal::hand_out(const reference::LineOutcome& line) {
    auto path = x_folder.put(line);
    if (!path) return Unexpected{std::move(path).error()};
    tell("certificate", "key " + line.key + ": " + path->string());
    return {};
}

}  // namespace rakit::cli
