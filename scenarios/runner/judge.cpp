#include "scenarios/runner/judge.hpp"

#include <algorithm>

namespace rakit::scenarios {
namespace {

/// A TC is told by this policy (docs/domain.md); a procedure with another one needs its scenarios to say so.
constexpr std::string_view kTransportPolicy = "2.25.259992147378155069564548854890386613715";

bool transport(const x509::Certificate& certificate) {
    const auto policies = certificate.policies();
    return std::find(policies.begin(), policies.end(), kTransportPolicy) != policies.end();
}

bool holds(const std::vector<x509::Certificate>& certificates, const x509::Certificate& one) {
    return std::find(certificates.begin(), certificates.end(), one) != certificates.end();
}

std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? "none" : text;
}

std::string list(const std::vector<int>& numbers) {
    std::vector<std::string> words;
    for (const int number : numbers) words.push_back(std::to_string(number));
    return list(words);
}

class Judge {
public:
    Judge(const Expectation& expect, const Observation& seen) : x_expect(expect), x_seen(seen) {}

    std::vector<Mismatch> run() {
        results();
        card();
        for (const auto& [id, after] : x_expect.keys) key(id, after);
        cm();
        dialog();
        for (const auto& [reference, tries] : x_expect.tries) tries_left(reference, tries);
        same("certificates handed out as files", x_expect.files, static_cast<int>(x_seen.files.size()));
        always();
        auto secrets = find_secrets(x_seen.written, x_seen.secrets);
        x_found.insert(x_found.end(), secrets.begin(), secrets.end());
        return std::move(x_found);
    }

private:
    void complain(std::string what, std::string expected, std::string seen) {
        x_found.push_back({std::move(what), std::move(expected), std::move(seen)});
    }

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
        if (x_expect.result != x_seen.result) complain("result", x_expect.result, x_seen.result + why);
    }

    void card() {
        if (!x_expect.card_unchanged) return;
        for (const auto& [path, content] : x_seen.before.files) {
            const auto after = x_seen.after.files.find(path);
            if (after == x_seen.after.files.end())
                complain("file " + path, "byte-identical", "deleted");
            else if (after->second != content)
                complain("file " + path, "byte-identical", "changed");
        }
        for (const auto& [path, content] : x_seen.after.files)
            if (!x_seen.before.files.contains(path)) complain("file " + path, "not there", "created");
    }

    void key(const std::string& id, const KeyAfter& expect) {
        const KeyView* before = x_seen.before.key(id);
        const KeyView* after = x_seen.after.key(id);
        if (before == nullptr || after == nullptr)
            return complain("key " + id, "on the card", before == nullptr ? "never there" : "gone");
        const std::string what = "key " + id + ": ";
        same(what + "certificates", expect.certificates, static_cast<int>(after->certificates.size()));
        same(what + "new certificates", expect.fresh, fresh(*before, *after));
        if (const auto kept = positions_kept(*before, *after); expect.kept && *expect.kept != kept)
            complain(what + "former certificates that are there", list(*expect.kept), list(kept));
        if (const auto tc = tc_state(*before, *after); expect.tc && *expect.tc != tc)
            complain(what + "transport certificate", *expect.tc, tc);
    }

    static int fresh(const KeyView& before, const KeyView& after) {
        return static_cast<int>(std::count_if(after.certificates.begin(), after.certificates.end(),
                                              [&](const auto& one) { return !holds(before.certificates, one); }));
    }

    static std::vector<int> positions_kept(const KeyView& before, const KeyView& after) {
        std::vector<int> kept;
        for (std::size_t i = 0; i < before.certificates.size(); ++i)
            if (holds(after.certificates, before.certificates[i])) kept.push_back(static_cast<int>(i) + 1);
        return kept;
    }

    static std::string tc_state(const KeyView& before, const KeyView& after) {
        const auto& now = after.certificates;
        if (std::any_of(now.begin(), now.end(), transport)) return "kept";
        const auto& then = before.certificates;
        return std::any_of(then.begin(), then.end(), transport) ? "gone" : "none";
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
        each_of("CM: request log", x_expect.cm.log, x_seen.cm.log);
    }

    void dialog() {
        if (x_expect.prompts && *x_expect.prompts != x_seen.prompts)
            complain("prompts", list(*x_expect.prompts), list(x_seen.prompts));
        for (const auto& prompt : x_expect.not_prompted)
            if (std::find(x_seen.prompts.begin(), x_seen.prompts.end(), prompt) != x_seen.prompts.end())
                complain("prompt " + prompt, "not shown", "shown");
        each_of("notices", x_expect.notices, x_seen.notices);
    }

    void tries_left(std::uint8_t reference, int expected) {
        const std::string what = "tries left of PIN " + to_hex(Bytes{reference});
        const auto seen = x_seen.after.tries.find(reference);
        if (seen == x_seen.after.tries.end()) return complain(what, std::to_string(expected), "no such PIN");
        same(what, expected, seen->second);
    }

    /// always judges what no scenario has to say.
    void always() {
        for (const auto& damage : x_seen.after.damage) complain("card", "in order", damage);
        for (const auto& before : x_seen.before.keys) {
            const KeyView* after = x_seen.after.key(before.id);
            if (after == nullptr) {
                complain("key " + before.id, "on the card", "gone");
                continue;
            }
            key_itself(before, *after);
            if (!x_expect.keys.contains(before.id) && before.certificates != after->certificates)
                complain("key " + before.id, "certificates as they were", "other certificates");
            for (const auto& certificate : after->certificates)
                if (!holds(before.certificates, certificate)) stored(*after, certificate);
        }
    }

    void key_itself(const KeyView& before, const KeyView& after) {
        if (before.spki != after.spki) complain("key " + before.id, "the same key", "another key");
        if (!before.certificates.empty() && after.certificates.empty())
            complain("key " + before.id, "the old or the new certificate", "none");
    }

    void stored(const KeyView& key, const x509::Certificate& certificate) {
        const std::string what = "new certificate of key " + key.id;
        if (certificate.spki() != key.spki) complain(what, "of this key", "of another key");
        const auto issued = std::find_if(x_seen.cm.certificates.begin(), x_seen.cm.certificates.end(),
                                         [&](const CmCertificate& one) { return one.sha256 == certificate.sha256(); });
        if (issued == x_seen.cm.certificates.end())
            complain(what, "issued by the CM", "unknown to it");
        else if (issued->state != "active")
            complain(what, "active at the CM", issued->state);
    }

    const Expectation& x_expect;
    const Observation& x_seen;
    std::vector<Mismatch> x_found;
};

}  // namespace

const KeyView* CardView::key(const std::string& id) const {
    const auto it = std::find_if(keys.begin(), keys.end(), [&](const KeyView& one) { return one.id == id; });
    return it == keys.end() ? nullptr : &*it;
}

std::vector<Mismatch> judge(const Expectation& expect, const Observation& seen) { return Judge(expect, seen).run(); }

std::vector<Mismatch> find_secrets(const std::vector<Written>& written, const std::vector<Pin>& secrets) {
    std::vector<Mismatch> found;
    for (const auto& pin : secrets) {
        // A hex digit run of decimal digits has no letters, so both cases of the PIN's hex look the same.
        const std::string hex = to_hex(pin.digits());
        for (const auto& one : written) {
            const std::string_view text = as_text(one.content);
            if (text.find(as_text(pin.digits())) != std::string_view::npos)
                found.push_back({"secrets in " + one.what, "none", to_string(pin)});
            else if (text.find(hex) != std::string_view::npos)
                found.push_back({"secrets in " + one.what, "none", to_string(pin) + " in hex"});
        }
    }
    return found;
}

}  // namespace rakit::scenarios
