#include "scenarios/runner/real_card.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/ossl/digest.hpp"
#include "scenarios/outside/pcsc_card.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/likeness.hpp"
#include "virtual_cards/applets/piv/state.hpp"
#include "virtual_cards/images/image_state.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

constexpr const char* kOpPin = "op-pin";

/// has_usual_memory tells an image of a recipe that says nothing of its memory (docs/formats/card.md).
bool has_usual_memory(const json& image) {
    const auto usual = image.value("profile", "") == "piv" ? cards::piv::kDefaultMemory : cards::kDefaultMemory;
    return image.value("memory", usual) == usual;
}

bool is_card_prompt(const std::string& prompt) { return prompt == kOpPin || prompt.rfind("pin:", 0) == 0; }

bool is_wrong(const std::string& typed) { return typed != "right" && typed != "cancel"; }

/// wrong_tries counts the wrong PINs that a case sends to the card, prompt by prompt.
std::map<std::string, int> wrong_tries(const Case& one) {
    std::map<std::string, int> wrong;
    for (const auto& [prompt, typed] : one.doing.type) {
        if (!is_card_prompt(prompt)) continue;
        const auto count = std::count_if(typed.begin(), typed.end(), is_wrong);
        if (count != 0) wrong[prompt] = static_cast<int>(count);
    }
    if (one.cm.op_pins == "wrong") ++wrong[kOpPin];
    return wrong;
}

/// reference_of is the PIN reference behind a prompt; nothing where no tries are counted.
std::optional<std::uint8_t> reference_of(const CardView& card, const std::string& prompt) {
    if (card.profile == "piv" && prompt == "pin:80") return 0x80;
    for (const auto& [id, pin] : card.pins)
        if (pin.security_officer ? prompt == kOpPin : prompt == "pin:" + id) return pin.reference;
    return std::nullopt;
}

std::string pin_name(std::uint8_t reference) { return "PIN " + to_hex(Bytes{reference}); }

std::string tries_word(int tries) { return std::to_string(tries) + (tries == 1 ? " try left" : " tries left"); }

}  // namespace

SecretBytes pack(const CardTerms& terms) {
    SecretBytes out;
    const auto add = [&](ByteView octets) { out.insert(out.end(), octets.begin(), octets.end()); };
    std::size_t size = 4096;  // so that nothing is left behind by growing, wiped though it is
    for (const auto& [prompt, pin] : terms.pins) size += prompt.size() + pin.size() + 2;
    out.reserve(size);
    const auto head = json{{"reader", terms.reader},
                           {"serial", terms.serial},
                           {"slot", terms.slot},
                           {"testCard", terms.test_card},
                           {"pins", terms.pins.size()}}
                          .dump() +
                      "\n";
    add(as_bytes(head));
    for (const auto& [prompt, pin] : terms.pins) {
        add(as_bytes(prompt + " "));
        add(pin.digits());
        add(as_bytes("\n"));
    }
    return out;
}

Result<CardTerms> unpack_terms(const std::function<std::optional<SecretBytes>()>& line) {
    const auto broken = [] { return fail(ErrorCode::document_invalid, "a worker's terms of the card"); };
    const auto head = line();
    const auto value = head ? json::parse(as_text(*head), nullptr, false) : json();
    if (!value.is_object()) return broken();
    CardTerms terms{value.value("reader", ""),
                    value.value("serial", ""),
                    value.value("slot", ""),
                    value.value("testCard", false),
                    {}};
    for (auto left = value.value("pins", std::size_t{0}); left != 0; --left) {
        const auto one = line();
        if (!one) return broken();
        const std::string_view text = as_text(*one);
        const auto blank = text.find(' ');
        if (blank == std::string_view::npos) return broken();
        terms.pins[std::string(text.substr(0, blank))] = Pin(text.substr(blank + 1));
    }
    return terms;
}

std::string why_a_double(const Case& one) {
    if (one.printer) return "a printer is emulated: --depth inproc or pcsc";
    if (!one.card.faults.empty() || !one.doing.resume_faults.empty())
        return "only a virtual card has faults: --depth inproc, wire or pcsc";
    if (one.doing.swap_card || one.doing.unplug) return "nobody's hand is at the reader: --depth inproc, wire or pcsc";
    if (one.officer.card) return "the officer's card is a virtual one: --depth pcsc";
    if (!one.card.same_pins.empty()) return "the case chooses the PINs' values: --depth inproc, wire or pcsc";
    return {};
}

std::vector<std::string> card_prompts(const CardView& card) {
    if (card.profile == "piv") return {"pin:80", kOpPin};
    std::vector<std::string> prompts;
    for (const auto& [id, pin] : card.pins) prompts.push_back(pin.security_officer ? kOpPin : "pin:" + id);
    return prompts;
}

RealCard::Read in_reader(std::string reader) {
    return [reader = std::move(reader)]() -> Result<CardView> {
        const auto card = read_pcsc_card(reader);
        if (!card) return Unexpected{Error(card.error())};
        return view_card(*card);
    };
}

std::string RealCard::state() const {
    std::string all = x_before.serial;
    for (const auto& [path, content] : x_before.files) all += path + content;
    return to_hex(ossl::sha256(as_bytes(all)));
}

Result<std::string> RealCard::why_not(const Case& one, std::uint64_t seed, bool pins_are_typed_here) {
    if (auto why = why_a_double(one); !why.empty()) return why;
    auto made = x_cards.make(one.card, one.file, seed, {});
    if (!made) return Unexpected{std::move(made).error()};
    if (!has_usual_memory(made->document))
        return std::string("how full a card is can't be seen from outside: --depth inproc, wire or pcsc");
    auto card = read();
    const std::string whose = "the card in " + x_terms.reader + " ";
    if (!card) return Unexpected{std::move(card).error()};
    if (card->serial != x_terms.serial)
        return whose + "is another one, " + card->serial + ", than when the run began, " + x_terms.serial;
    const CardView before = std::exchange(x_before, *std::move(card));
    for (const auto& [reference, tries] : before.tries)
        if (const auto now = x_before.tries.find(reference);
            x_lost.empty() && !x_may_spend && now != x_before.tries.end() && now->second < tries)
            x_lost = pin_name(reference) + " lost a try in " + x_last +
                     ", which types right ones: perhaps a wrong one was given";
    x_may_spend = false;
    if (!x_lost.empty()) return x_lost;
    const auto wanted = view_card(made->document);
    if (auto why = why_unlike_case(one, wanted); !why.empty()) return whose + why;
    if (auto why = why_no_tries(one, wanted); !why.empty()) return whose + why;
    if (pins_are_typed_here) {
        if (auto why = why_no_pin(one); !why.empty()) return why;
    } else if (!wrong_tries(one).empty()) {
        return std::string("a person types the card's PINs, and no wrong ones");
    }
    x_may_spend = !wrong_tries(one).empty();
    x_last = one.id;
    return std::string();
}

std::string RealCard::why_unlike_case(const Case& one, const CardView& wanted) const {
    if (one.card.serial && x_before.serial != wanted.serial)
        return "has the serial number " + x_before.serial + " where the case wants " + wanted.serial;
    return why_unlike(x_before, wanted, x_hierarchy, SystemClock().now());
}

/// why_no_tries protects the card's PINs: none is used on its last try, and wrong ones are typed on the test card only,
/// where two tries are left after them.
std::string RealCard::why_no_tries(const Case& one, const CardView& wanted) {
    for (const auto& [reference, tries] : x_before.tries) {
        const bool counted = one.card.tries.contains(reference) || one.expect.tries.contains(reference);
        const auto wish = wanted.tries.find(reference);
        const int usual = one.card.tries.contains(reference) ? one.card.tries.at(reference)
                          : wish == wanted.tries.end()       ? tries
                                                             : wish->second;
        if (counted && tries != usual)
            return "has " + tries_word(tries) + " of " + pin_name(reference) + " where the case wants " +
                   std::to_string(usual);
        if (tries < 2) return "has " + tries_word(tries) + " of " + pin_name(reference) + ": nothing is risked";
    }
    for (const auto& [prompt, wrong] : wrong_tries(one)) {
        if (!x_terms.test_card) return "is not the test card: no try of its PINs is spent";
        const auto reference = reference_of(x_before, prompt);
        const auto tries = reference ? x_before.tries.find(*reference) : x_before.tries.end();
        if (tries != x_before.tries.end() && tries->second - wrong < 2)
            return "has " + tries_word(tries->second) + " of " + pin_name(*reference) +
                   ": the case's wrong PINs would leave fewer than two";
    }
    return {};
}

/// why_no_pin: an RA is not set to work that would ask for a PIN that nobody gave.
std::string RealCard::why_no_pin(const Case& one) const {
    for (const auto& prompt : card_prompts(x_before)) {
        const auto& prompts = one.expect.prompts;
        const auto& never = one.expect.not_prompted;
        const bool asked = prompts ? std::find(prompts->begin(), prompts->end(), prompt) != prompts->end()
                                   : std::find(never.begin(), never.end(), prompt) == never.end();
        if (asked && !x_terms.pins.contains(prompt)) return "the PIN for " + prompt + " was not given";
    }
    return {};
}

}  // namespace rakit::scenarios
