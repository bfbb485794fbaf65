#include "cli/dialog_fd.hpp"

#include <algorithm>

#include "cli/secret_line.hpp"

namespace rakit::cli {

Result<Pin> DialogFd::ask_pin(const reference::PinPrompt& prompt) {
    const std::string wanted = prompt.id + (prompt.last_try ? "!" : "");
    for (;;) {
        if (auto found = x_waiting.find(wanted); found != x_waiting.end())
            return std::move(x_waiting.extract(found).mapped());
        // Who confirms the last try while there are more is right all the same.
        if (auto found = x_waiting.find(prompt.id + "!"); found != x_waiting.end())
            return std::move(x_waiting.extract(found).mapped());
        auto line = read_secret_line(x_fd);
        if (!line) break;
        const auto blank = std::find(line->begin(), line->end(), ' ');
        if (blank == line->end())  // perhaps a bare PIN: it is not repeated in the message
            return fail(ErrorCode::prompt_unavailable,
                        "a line on the file descriptor of --pin-fd is not \"prompt-id value\"", {},
                        "write \"" + wanted + " VALUE\"");
        const auto digits = ByteView(*line).subspan(static_cast<std::size_t>(blank - line->begin()) + 1);
        x_waiting.emplace(std::string(line->begin(), blank), Pin(as_text(digits)));
    }
    if (prompt.last_try && x_waiting.count(prompt.id) != 0)
        return fail(ErrorCode::pin_last_try, prompt.label + " has one try left", {},
                    "write \"" + wanted + " VALUE\" to use it");
    return fail(ErrorCode::prompt_unavailable, "the file descriptor of --pin-fd ended without a line for " + prompt.id,
                {}, "write \"" + wanted + " VALUE\"");
}

}  // namespace rakit::cli
