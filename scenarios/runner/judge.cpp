#include "scenarios/runner/judge.hpp"

#include <algorithm>

#include "scenarios/runner/card_judge.hpp"

namespace rakit::scenarios {
namespace {

class Judge {
public:
    Judge(const Expectation& expect, const Observation& seen) : x_expect(expect), x_seen(seen) {}

    std::vector<Mismatch> run() {
        results();
        card();
        cm();
        dialog();
        for (const auto& [reference, tries] : x_expect.tries) tries_left(reference, tries);
        same("certificates handed out as files", x_expect.files, static_cast<int>(x_seen.files.size()));
        if (x_expect.handed_out) handed_out(*x_expect.handed_out);
        for (const auto& entry : x_expect.log) log(entry);
        if (!x_seen.held_at.empty()) complain("card held over a prompt or a request", "never", list(x_seen.held_at));
        if (x_seen.wrong_pins_sent > x_seen.wrong_pins_allowed)
            complain("wrong PINs sent to the card", "at most " + std::to_string(x_seen.wrong_pins_allowed),
                     std::to_string(x_seen.wrong_pins_sent));
        if (x_seen.left_open) complain("PINs when all is over", "none is verified any more", "one is");
        add(find_secrets(x_seen.written, x_seen.secrets));
        add(find_secrets(written_to_card(), x_seen.secrets));
        return std::move(x_found);
    }

private:
    void complain(std::string what, std::string expected, std::string seen) {
        x_found.push_back({std::move(what), std::move(expected), std::move(seen)});
    }

    void add(std::vector<Mismatch> more) { x_found.insert(x_found.end(), more.begin(), more.end()); }

    void same(const std::string& what, const std::optional<int>& expected, int seen) {
        if (expected && *expected != seen) complain(what, std::to_string(*expected), std::to_string(seen));
    }

    void each_of(const std::string& what, const std::vector<std::string>& expected,
                 const std::vector<std::string>& seen) {
        for (const auto& word : expected)
            if (std::find(seen.begin(), seen.end(), word) == seen.end()) complain(what, word, list(seen));
    }

    void results() {
        const std::string why = x_seen.detail.empty() ? "" : " (" + x_seen.detail + ")";
        if (x_expect.first_result != x_seen.first_result)
            complain("result of the update", x_expect.first_result.value_or("none"),
                     x_seen.first_result.value_or("none"));
        if (x_expect.second_result != x_seen.second_result)
            complain("result of the first resume", x_expect.second_result.value_or("none"),
                     x_seen.second_result.value_or("none"));
        if (x_expect.other_result != x_seen.other_result)
            complain("result of the other RA", x_expect.other_result.value_or("none"),
                     x_seen.other_result.value_or("none"));
        if (x_expect.result != x_seen.result) complain("result", x_expect.result, x_seen.result + why);
    }

    void card() {
        add(judge_card("", x_expect.card, x_seen.before, x_seen.after, x_seen.cm));
        if (x_seen.result == "ok") add(judge_left_over(x_seen.before, x_seen.after));
        if (x_seen.between)
            add(judge_card("before the resume: ", open_ended(), x_seen.before, *x_seen.between, x_seen.cm));
        if (x_seen.other_after)
            add(judge_card("the other card: ", x_expect.other_card, *x_seen.other_before, *x_seen.other_after,
                           x_seen.cm));
        // Whatever a scenario says: the officer's card is never taken for the one to update.
        if (x_seen.officer_after)
            add(judge_card("the officer's card: ", {true, {}, {}, {}}, *x_seen.officer_before, *x_seen.officer_after,
                           x_seen.cm));
    }

    /// open_ended: whatever happened, what the case doesn't name is as it was, and what it names is old or new.
    CardAfter open_ended() const {
        CardAfter expect;
        for (const auto& [id, after] : x_expect.card.keys) expect.keys[id] = {};
        if (x_expect.card.ca) expect.ca.emplace();
        return expect;
    }

    /// octets_of gives what a file of an image holds.
    static Bytes octets_of(std::string_view file) {
        constexpr std::string_view kContent = "\"content\":\"";
        const auto at = file.find(kContent);
        if (at == std::string_view::npos) return {};
        file.remove_prefix(at + kContent.size());
        return from_hex(file.substr(0, file.find('"'))).value_or(Bytes{});
    }

    /// written_to_card gives the files that are others than before.
    std::vector<Written> written_to_card() const {
        std::vector<Written> changed;
        for (const auto& [path, content] : x_seen.after.files)
            if (const auto former = x_seen.before.files.find(path);
                former == x_seen.before.files.end() || former->second != content)
                changed.push_back({"the card's file " + path, octets_of(content)});
        return changed;
    }

    int in_state(std::string_view state) const {
        return static_cast<int>(std::count_if(x_seen.cm.certificates.begin(), x_seen.cm.certificates.end(),
                                              [&](const CmCertificate& one) { return one.state == state; }));
    }

    void cm() {
        same("CM: active certificates", x_expect.cm.active, in_state("active"));
        same("CM: pending certificates", x_expect.cm.pending, in_state("pending"));
        same("CM: revoked certificates", x_expect.cm.revoked, in_state("revoked") + x_seen.cm.revoked_former);
        same("CM: orders", x_expect.cm.orders, x_seen.cm.orders);
        same("CM: TCs used up", x_expect.cm.used_tcs, x_seen.cm.used_tcs);
        same("CM: requests", x_expect.cm.requests, x_seen.cm.requests);
        std::vector<std::string> codes;
        for (const auto& entry : x_seen.cm.log) codes.push_back(entry.code);
        each_of("CM: request log", x_expect.cm.log, codes);
    }

    void dialog() {
        if (!x_seen.dialog_seen) return;
        if (x_expect.prompts && *x_expect.prompts != x_seen.prompts)
            complain("prompts", list(*x_expect.prompts), list(x_seen.prompts));
        for (const auto& prompt : x_expect.not_prompted)
            if (std::find(x_seen.prompts.begin(), x_seen.prompts.end(), prompt) != x_seen.prompts.end())
                complain("prompt " + prompt, "not shown", "shown");
        each_of("notices", x_expect.notices, x_seen.notices);
        for (const auto& code : x_expect.not_told)
            if (std::find(x_seen.notices.begin(), x_seen.notices.end(), code) != x_seen.notices.end())
                complain("notice " + code, "not told", "told");
    }

    void tries_left(std::uint8_t reference, int expected) {
        const std::string what = "tries left of PIN " + to_hex(Bytes{reference});
        const auto seen = x_seen.after.tries.find(reference);
        if (seen == x_seen.after.tries.end()) return complain(what, std::to_string(expected), "no such PIN");
        same(what, expected, seen->second);
    }

    /// handed_out compares the files as a set: each expected one takes the first that fits its key.
    void handed_out(const std::vector<HandedOut>& expected) {
        auto left = x_seen.files;
        for (const auto& one : expected) {
            const KeyView* key = x_seen.before.key(one.key);
            const auto file = std::find_if(left.begin(), left.end(), [&](const x509::Certificate& each) {
                return key != nullptr && each.spki() == key->spki;
            });
            const std::string what = "certificate handed out of key " + one.key;
            if (file == left.end()) {
                complain(what, "there", "missing");
                continue;
            }
            add(judge_content(what + ": ", one.content, *file));
            if (const auto state = state_at_cm(x_seen.cm, *file); state != "active")
                complain(what, "issued by the CM and active there", state);
            left.erase(file);
        }
        if (!left.empty()) complain("certificates handed out", "no others", std::to_string(left.size()) + " more");
    }

    void log(const std::map<std::string, std::string>& expected) {
        const auto member = [](const CmLogEntry& entry, const std::string& name) {
            return name == "category"    ? entry.category
                   : name == "code"      ? entry.code
                   : name == "officer"   ? entry.officer
                   : name == "procedure" ? entry.procedure
                                         : entry.line;
        };
        const auto fits = [&](const CmLogEntry& entry) {
            return std::all_of(expected.begin(), expected.end(),
                               [&](const auto& one) { return member(entry, one.first) == one.second; });
        };
        if (std::any_of(x_seen.cm.log.begin(), x_seen.cm.log.end(), fits)) return;
        std::vector<std::string> wanted, seen;
        for (const auto& [name, value] : expected) wanted.push_back(name + " " + value);
        for (const auto& entry : x_seen.cm.log)
            seen.push_back(entry.category + " " + entry.code + " by " +
                           (entry.officer.empty() ? "nobody" : entry.officer));
        complain("CM: an entry of the request log", list(wanted), list(seen));
    }

    const Expectation& x_expect;
    const Observation& x_seen;
    std::vector<Mismatch> x_found;
};

/// Disguise is one way in which a PIN may have been written.
struct Disguise {
    std::string text;
    std::string_view how;
};

/// disguises gives a PIN's digits as they are, in hex, in UTF-16 and in base64 at each of the three places that a
/// group of octets has.
std::vector<Disguise> disguises(const Pin& pin) {
    const Bytes digits(pin.digits().begin(), pin.digits().end());
    std::string wide;
    for (const auto digit : digits) wide += {static_cast<char>(digit), '\0'};
    wide.pop_back();  // what is between the digits, whichever octet comes first
    // A hex digit run of decimal digits has no letters, so both cases of the PIN's hex look the same.
    std::vector<Disguise> looks{
        {std::string(as_text(digits)), ""}, {to_hex(digits), " in hex"}, {std::move(wide), " in UTF-16"}};
    constexpr std::size_t kTelling = 6;  // what fewer make in base64 may stand anywhere by chance
    for (std::size_t before = 0; before < 3 && digits.size() >= kTelling; ++before) {
        Bytes group(before, 0);
        group.insert(group.end(), digits.begin(), digits.end());
        // Characters that share bits with the neighbours, and padding, are no part of it.
        const std::size_t first = (before * 8 + 5) / 6, last = group.size() * 8 / 6;
        looks.push_back({to_base64(group).substr(first, last - first), " in base64"});
    }
    return looks;
}

}  // namespace

std::vector<Mismatch> judge(const Expectation& expect, const Observation& seen) { return Judge(expect, seen).run(); }

std::vector<Mismatch> find_secrets(const std::vector<Written>& written, const std::vector<Pin>& secrets) {
    std::vector<Mismatch> found;
    for (const auto& pin : secrets) {
        const auto looks = disguises(pin);
        for (const auto& one : written) {
            const std::string_view text = as_text(one.content);
            const auto look = std::find_if(looks.begin(), looks.end(), [&](const Disguise& each) {
                return text.find(each.text) != std::string_view::npos;
            });
            if (look != looks.end())
                found.push_back({"secrets in " + one.what, "none", to_string(pin) + std::string(look->how)});
        }
    }
    return found;
}

}  // namespace rakit::scenarios
