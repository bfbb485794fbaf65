#include "cli/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "cli/raw_terminal.hpp"

namespace rakit::cli {
namespace {

/// Longest answer in octets; further keys are not taken.
constexpr std::size_t kLongest = 1024;
/// How long the rest of an arrow key's sequence may take; a lone Esc is the person's.
constexpr int kSequenceMs = 50;

Unexpected cancelled() { return fail(ErrorCode::cancelled, "the officer left the dialog"); }
Unexpected no_terminal() { return fail(ErrorCode::prompt_unavailable, "the terminal's echo can't be switched off"); }

std::optional<std::uint8_t> read_octet(int fd) {
    std::uint8_t octet = 0;
    for (;;) {
        const ssize_t n = ::read(fd, &octet, 1);
        if (n == 1) return octet;
        if (n < 0 && errno == EINTR) continue;
        return std::nullopt;
    }
}

bool more(int fd) {
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, kSequenceMs) == 1;
}

/// take_back removes the last character: UTF-8's continuation octets with what they continue.
void take_back(SecretBytes& typed) {
    while (!typed.empty() && (typed.back() & 0xC0U) == 0x80U) typed.pop_back();
    if (!typed.empty()) typed.pop_back();
}

/// fitting cuts a line to the terminal's width: a line that wraps could not be drawn over.
std::string fitting(const std::string& line, std::size_t columns) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
        if ((static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U && ++width > columns) return line.substr(0, i);
    return line;
}

std::size_t moved(std::size_t at, std::size_t count, Key::Kind kind) {
    const bool back = kind == Key::Kind::up || kind == Key::Kind::left;
    return (at + (back ? count - 1 : 1)) % count;
}

/// Number joins typed digits: 1 then 2 is 12 where there are that many, else 2.
class Number {
public:
    explicit Number(std::size_t count) : x_count(count) {}
    /// take gives the index of the number so far; nothing if it is none.
    std::optional<std::size_t> take(std::uint8_t octet) {
        if (octet < '0' || octet > '9') return std::nullopt;
        const std::size_t digit = octet - std::size_t{'0'};
        x_number = x_number * 10 + digit <= x_count ? x_number * 10 + digit : digit;
        if (x_number == 0 || x_number > x_count) return std::nullopt;
        return x_number - 1;
    }

private:
    std::size_t x_count;
    std::size_t x_number = 0;
};

}  // namespace

void Terminal::say(const std::string& text) { (void)write_all(x_terminal.get(), as_bytes(text)); }

std::size_t Terminal::columns() const {
    winsize size{};
    if (::ioctl(x_terminal.get(), TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 200;
    return size.ws_col - std::size_t{1};
}

Key Terminal::key() {
    const int fd = x_terminal.get();
    const auto octet = read_octet(fd);
    if (!octet) return {Key::Kind::cancel, 0};
    switch (*octet) {
        case '\n':
        case '\r': return {Key::Kind::enter, 0};
        case 8:
        case 127: return {Key::Kind::backspace, 0};
        case 21: return {Key::Kind::clear, 0};  // Ctrl-U
        case 3:                                 // Ctrl-C
        case 4: return {Key::Kind::cancel, 0};  // Ctrl-D
        case 27: break;
        default: return {Key::Kind::text, *octet};
    }
    if (!more(fd)) return {Key::Kind::cancel, 0};
    const auto introducer = read_octet(fd);
    if (!introducer || (*introducer != '[' && *introducer != 'O')) return {Key::Kind::cancel, 0};
    switch (read_octet(fd).value_or(0)) {
        case 'A': return {Key::Kind::up, 0};
        case 'B': return {Key::Kind::down, 0};
        case 'C': return {Key::Kind::right, 0};
        case 'D': return {Key::Kind::left, 0};
        default: return {Key::Kind::text, 0};  // another key: not text, and taken for nothing
    }
}

Result<SecretBytes> Terminal::typed(const std::string& question, bool echo) {
    const RawTerminal raw(x_terminal.get(), !echo);
    if (!raw.ok()) return no_terminal();
    say(question);
    SecretBytes line;
    line.reserve(kLongest);
    const auto show = [&] {
        if (echo) say("\r\x1b[K" + question + std::string(as_text(line)));
    };
    for (;;) {
        const Key pressed = key();
        if (pressed.kind == Key::Kind::enter || pressed.kind == Key::Kind::cancel) say("\n");
        if (pressed.kind == Key::Kind::enter) return line;
        if (pressed.kind == Key::Kind::cancel) return cancelled();
        if (pressed.kind == Key::Kind::backspace) {
            take_back(line);
            show();
        } else if (pressed.kind == Key::Kind::clear) {
            line.clear();
            show();
        } else if (pressed.kind == Key::Kind::text && pressed.octet >= 0x20 && line.size() < kLongest) {
            line.push_back(pressed.octet);
            if (echo) say(std::string(1, static_cast<char>(pressed.octet)));
        }
    }
}

Result<std::string> Terminal::line(const std::string& question) {
    auto answer = typed(question, true);
    if (!answer) return Unexpected{std::move(answer).error()};
    std::string text(as_text(*answer));
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

Result<SecretBytes> Terminal::hidden(const std::string& question) { return typed(question, false); }

void Terminal::draw(const std::vector<std::string>& lines, std::size_t drawn_before) {
    std::string out = drawn_before == 0 ? "" : "\x1b[" + std::to_string(drawn_before) + "A";
    const std::size_t width = columns();
    for (const auto& line : lines) out += "\r\x1b[K" + fitting(line, width) + "\n";
    say(out);
}

Result<std::size_t> Terminal::choose(const std::string& title, const std::vector<std::string>& items,
                                     std::size_t preset) {
    const RawTerminal raw(x_terminal.get());
    if (!raw.ok()) return no_terminal();
    say("\n" + title + " (arrow keys or a number, Enter takes it, Esc leaves)\n");
    std::size_t at = preset;
    Number number(items.size());
    for (std::size_t drawn = 0;;) {
        std::vector<std::string> lines;
        for (std::size_t i = 0; i < items.size(); ++i)
            lines.push_back((i == at ? "> " : "  ") + std::to_string(i + 1) + "  " + items[i]);
        draw(lines, drawn);
        drawn = lines.size();
        const Key pressed = key();
        if (pressed.kind == Key::Kind::enter) return at;
        if (pressed.kind == Key::Kind::cancel) return cancelled();
        if (pressed.kind == Key::Kind::up || pressed.kind == Key::Kind::down)
            at = moved(at, items.size(), pressed.kind);
        else if (pressed.kind == Key::Kind::text)
            at = number.take(pressed.octet).value_or(at);
    }
}

Result<std::vector<bool>> Terminal::mark(const std::string& title, const std::vector<std::string>& items,
                                         std::vector<bool> marked) {
    const RawTerminal raw(x_terminal.get());
    if (!raw.ok()) return no_terminal();
    say("\n" + title + " (arrow keys and space, or a number; Enter is done, Esc leaves)\n");
    std::size_t at = 0;
    for (std::size_t drawn = 0;;) {
        std::vector<std::string> lines;
        for (std::size_t i = 0; i < items.size(); ++i)
            lines.push_back((i == at ? "> " : "  ") + std::to_string(i + 1) + (marked[i] ? "  [x] " : "  [ ] ") +
                            items[i]);
        draw(lines, drawn);
        drawn = lines.size();
        const Key pressed = key();
        if (pressed.kind == Key::Kind::enter) return marked;
        if (pressed.kind == Key::Kind::cancel) return cancelled();
        if (pressed.kind == Key::Kind::up || pressed.kind == Key::Kind::down)
            at = moved(at, items.size(), pressed.kind);
        if (pressed.kind != Key::Kind::text) continue;
        Number number(items.size());
        const auto named = number.take(pressed.octet);
        at = named.value_or(at);
        if (named || pressed.octet == ' ') marked[at] = !marked[at];
    }
}

Result<std::optional<std::vector<std::size_t>>> Terminal::table(const std::string& title,
                                                                const std::vector<std::string>& rows,
                                                                const std::vector<std::vector<std::string>>& values,
                                                                char extra) {
    const RawTerminal raw(x_terminal.get());
    if (!raw.ok()) return no_terminal();
    say("\n" + title + "\n");
    std::vector<std::size_t> picked(rows.size(), 0);
    std::size_t at = 0;
    for (std::size_t drawn = 0;;) {
        std::vector<std::string> lines;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            std::string choice = values[row][picked[row]];
            choice.resize(std::max<std::size_t>(choice.size(), 6), ' ');
            lines.push_back((row == at ? "> [" : "  [") + choice + "]  " + rows[row]);
        }
        draw(lines, drawn);
        drawn = lines.size();
        const Key pressed = key();
        if (pressed.kind == Key::Kind::enter) return std::optional(picked);
        if (pressed.kind == Key::Kind::cancel) return cancelled();
        if (pressed.kind == Key::Kind::text && pressed.octet == static_cast<std::uint8_t>(extra))
            return std::optional<std::vector<std::size_t>>();
        if (pressed.kind == Key::Kind::up || pressed.kind == Key::Kind::down)
            at = moved(at, rows.size(), pressed.kind);
        else if (pressed.kind == Key::Kind::left || pressed.kind == Key::Kind::right)
            picked[at] = moved(picked[at], values[at].size(), pressed.kind);
        else if (pressed.kind == Key::Kind::text)
            picked[at] = Number(values[at].size()).take(pressed.octet).value_or(picked[at]);
    }
}

}  // namespace rakit::cli
