#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/secret.hpp"

namespace rakit::scenarios {

/// Typist is the officer's fingers: answers prompts by a case's script, and notes what was asked for. One thread at a
/// time.
class Typist {
public:
    /// `script`: prompt id -> answers, asking by asking ("right", "wrong", "cancel" or digits); one answer serves every
    /// asking, after several the officer cancels; a prompt without any is answered right. `right`: prompt id -> the
    /// true PIN.
    Typist(std::map<std::string, std::vector<std::string>> script, std::map<std::string, Pin> right);

    /// on_prompt has `shown` called with the id of each prompt, before it is answered.
    void on_prompt(std::function<void(const std::string&)> shown) { x_shown = std::move(shown); }
    /// type answers one prompt; nothing: the officer cancels, as with a prompt of which nobody knows the PIN.
    std::optional<Pin> type(const std::string& prompt);
    /// sheet lists what is to be typed at each prompt, for a person who types it: "12345678", or "12345678, then
    /// nothing: cancel".
    std::vector<std::pair<std::string, std::string>> sheet() const;
    /// asked lists the prompts' ids in the order in which they were shown.
    const std::vector<std::string>& asked() const { return x_asked; }
    /// wrong_for_card counts the values typed at the card's own prompts that aren't right: so many tries may be lost.
    int wrong_for_card() const { return x_wrong_for_card; }
    /// secrets copies every PIN that was typed and every right one: what must stand in nothing that is written. One of
    /// fewer than `telling` digits is left out: it would be found in anything.
    std::vector<Pin> secrets(std::size_t telling = kTellingLength) const;
    static constexpr std::size_t kTellingLength = 6;

private:
    std::string words(const std::string& prompt, const std::vector<std::string>& script) const;
    std::optional<Pin> answer(const std::string& prompt, const std::string& word) const;

    std::map<std::string, std::vector<std::string>> x_script;
    std::map<std::string, Pin> x_right;
    std::map<std::string, std::size_t> x_askings;
    std::vector<std::string> x_asked;
    std::vector<Pin> x_typed;
    int x_wrong_for_card = 0;
    std::function<void(const std::string&)> x_shown;
};

/// wrong_pin gives digits of the same length that differ from the right ones in each place.
Pin wrong_pin(const Pin& right);

}  // namespace rakit::scenarios
