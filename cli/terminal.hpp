#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "common/base/secret.hpp"

namespace rakit::cli {

/// Key is one key of a person's keyboard.
struct Key {
    enum class Kind { text, enter, up, down, left, right, backspace, clear, cancel };
    Kind kind = Kind::cancel;
    std::uint8_t octet = 0;  ///< of text: UTF-8 comes octet by octet
};

/// Terminal is a person's screen and keyboard. While it asks, echo and signals are off: what is typed is shown only
/// where it is no secret, and Ctrl-C, Ctrl-D and Esc leave the question (`cancelled`) instead of ending the program. A
/// signal from another process gives the terminal back as it was, then does what it does.
class Terminal {
public:
    explicit Terminal(Descriptor terminal) : x_terminal(std::move(terminal)) {}

    void say(const std::string& text);
    /// line asks for a line of text. Failures: cancelled, prompt_unavailable.
    Result<std::string> line(const std::string& question);
    /// hidden asks for a secret: nothing is echoed, not even its length. Failures as line().
    Result<SecretBytes> hidden(const std::string& question);
    /// choose has one of the items picked, by arrow keys or by its number; Enter takes it. Gives the index.
    Result<std::size_t> choose(const std::string& title, const std::vector<std::string>& items, std::size_t preset);
    /// mark has items marked and unmarked, by arrow keys and space or by number; Enter is done.
    Result<std::vector<bool>> mark(const std::string& title, const std::vector<std::string>& items,
                                   std::vector<bool> marked);
    /// table has a value picked for each row: up and down choose the row, left, right or the value's number the value.
    /// `values[row]` are the row's possible ones. `extra` is a key that ends it too; nothing comes back then.
    Result<std::optional<std::vector<std::size_t>>> table(const std::string& title,
                                                          const std::vector<std::string>& rows,
                                                          const std::vector<std::vector<std::string>>& values,
                                                          char extra);

private:
    Key key();
    Result<SecretBytes> typed(const std::string& question, bool echo);
    /// draw shows the lines, over those that it drew before.
    void draw(const std::vector<std::string>& lines, std::size_t drawn_before);
    std::size_t columns() const;

    Descriptor x_terminal;
};

}  // namespace rakit::cli
