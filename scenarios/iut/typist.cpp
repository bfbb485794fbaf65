#include "scenarios/iut/typist.hpp"

namespace rakit::scenarios {

Typist::Typist(std::map<std::string, std::vector<std::string>> script, std::map<std::string, Pin> right)
    : x_script(std::move(script)), x_right(std::move(right)) {}

std::optional<Pin> Typist::type(const std::string& prompt) {
    x_asked.push_back(prompt);
    if (x_shown) x_shown(prompt);
    const std::size_t asking = x_askings[prompt]++;
    std::string word = "right";
    if (const auto it = x_script.find(prompt); it != x_script.end())
        word = it->second.size() == 1 ? it->second[0] : asking < it->second.size() ? it->second[asking] : "cancel";
    auto pin = answer(prompt, word);
    if (!pin) return pin;
    x_typed.push_back(pin->clone());
    const auto right = x_right.find(prompt);
    const bool good = right != x_right.end() && equal_secret(pin->digits(), right->second.digits());
    if (prompt != "signature-pin" && !good) ++x_wrong_for_card;
    return pin;
}

std::optional<Pin> Typist::answer(const std::string& prompt, const std::string& word) const {
    if (word == "cancel") return std::nullopt;
    if (word != "right" && word != "wrong") return Pin(word);
    const auto it = x_right.find(prompt);
    if (it == x_right.end()) return std::nullopt;
    return word == "right" ? it->second.clone() : wrong_pin(it->second);
}

std::vector<std::pair<std::string, std::string>> Typist::sheet() const {
    std::vector<std::pair<std::string, std::string>> sheet;
    for (const auto& [prompt, pin] : x_right) {
        const auto script = x_script.find(prompt);
        sheet.emplace_back(prompt, script == x_script.end() ? words(prompt, {"right"}) : words(prompt, script->second));
    }
    return sheet;
}

std::string Typist::words(const std::string& prompt, const std::vector<std::string>& script) const {
    std::string text;
    for (const auto& word : script) {
        const auto pin = answer(prompt, word);
        text += (text.empty() ? "" : ", then ") + (pin ? std::string(as_text(pin->digits())) : "nothing: cancel");
    }
    return script.size() > 1 ? text + ", then nothing: cancel" : text;
}

std::vector<Pin> Typist::secrets(std::size_t telling) const {
    std::vector<Pin> all;
    const auto add = [&](const Pin& pin) {
        if (pin.size() >= telling) all.push_back(pin.clone());
    };
    for (const auto& [prompt, pin] : x_right) add(pin);
    for (const auto& pin : x_typed) add(pin);
    return all;
}

Pin wrong_pin(const Pin& right) {
    SecretBytes digits(right.digits().begin(), right.digits().end());
    for (auto& digit : digits) digit = digit == '9' ? '0' : static_cast<std::uint8_t>(digit + 1);
    return Pin(as_text(digits));
}

}  // namespace rakit::scenarios
