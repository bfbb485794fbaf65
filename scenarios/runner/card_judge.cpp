#include "scenarios/runner/card_judge.hpp"

#include <algorithm>

namespace rakit::scenarios {
namespace {

/// A TC is told by this policy (docs/domain.md); a procedure with another one needs its scenarios to say so.
constexpr std::string_view kTransportPolicy = "2.25.259992147378155069564548854890386613715";

using Certificates = std::vector<x509::Certificate>;

bool holds(const Certificates& certificates, const x509::Certificate& one) {
    return std::find(certificates.begin(), certificates.end(), one) != certificates.end();
}

std::string list(const std::vector<int>& numbers) {
    std::vector<std::string> words;
    for (const int number : numbers) words.push_back(std::to_string(number));
    return scenarios::list(words);
}

int fresh(const Certificates& before, const Certificates& after) {
    return static_cast<int>(
        std::count_if(after.begin(), after.end(), [&](const auto& one) { return !holds(before, one); }));
}

std::vector<int> positions_kept(const Certificates& before, const Certificates& after) {
    std::vector<int> kept;
    for (std::size_t i = 0; i < before.size(); ++i)
        if (holds(after, before[i])) kept.push_back(static_cast<int>(i) + 1);
    return kept;
}

std::string tc_state(const Certificates& before, const Certificates& after) {
    if (std::any_of(after.begin(), after.end(), is_transport)) return "kept";
    return std::any_of(before.begin(), before.end(), is_transport) ? "gone" : "none";
}

class CardJudge {
public:
    CardJudge(std::string what, const CardAfter& expect, const CardView& before, const CardView& after,
              const CmView& cm)
        : x_what(std::move(what)), x_expect(expect), x_before(before), x_after(after), x_cm(cm) {}

    std::vector<Mismatch> run() {
        if (x_expect.unchanged) files();
        for (const auto& [id, after] : x_expect.keys) key(id, after);
        for (const auto& damage : x_after.damage)
            if (std::find(x_before.damage.begin(), x_before.damage.end(), damage) == x_before.damage.end())
                complain("card", "in order", damage);
        for (const auto& before : x_before.keys) always(before);
        issuers();
        last_update();
        others();
        return std::move(x_found);
    }

private:
    void complain(const std::string& what, std::string expected, std::string seen) {
        x_found.push_back({x_what + what, std::move(expected), std::move(seen)});
    }
    void add(std::vector<Mismatch> more) { x_found.insert(x_found.end(), more.begin(), more.end()); }

    void files() {
        for (const auto& [path, content] : x_before.files) {
            const auto after = x_after.files.find(path);
            if (after == x_after.files.end())
                complain("file " + path, "byte-identical", "deleted");
            else if (after->second != content)
                complain("file " + path, "byte-identical", "changed");
        }
        for (const auto& [path, content] : x_after.files)
            if (!x_before.files.contains(path)) complain("file " + path, "not there", "created");
    }

    void key(const std::string& id, const KeyAfter& expect) {
        const KeyView* before = x_before.key(id);
        const KeyView* after = x_after.key(id);
        if (before == nullptr || after == nullptr)
            return complain("key " + id, "on the card", before == nullptr ? "never there" : "gone");
        const std::string what = "key " + id + ": ";
        certificates(what, expect, before->certificates, after->certificates);
        if (const auto tc = tc_state(before->certificates, after->certificates); expect.tc && *expect.tc != tc)
            complain(what + "transport certificate", *expect.tc, tc);
        for (const auto& certificate : after->certificates)
            if (!holds(before->certificates, certificate))
                add(judge_content(x_what + what, expect.content, certificate));
    }

    void certificates(const std::string& what, const KeyAfter& expect, const Certificates& before,
                      const Certificates& after) {
        const auto same = [&](const char* which, const std::optional<int>& wanted, int seen) {
            if (wanted && *wanted != seen) complain(what + which, std::to_string(*wanted), std::to_string(seen));
        };
        same("certificates", expect.certificates, static_cast<int>(after.size()));
        same("new certificates", expect.fresh, fresh(before, after));
        if (const auto kept = positions_kept(before, after); expect.kept && *expect.kept != kept)
            complain(what + "former certificates that are there", list(*expect.kept), list(kept));
    }

    /// always judges what no scenario has to say of a key.
    void always(const KeyView& before) {
        const KeyView* after = x_after.key(before.id);
        const std::string what = "key " + before.id;
        if (after == nullptr) return complain(what, "on the card", "gone");
        if (before.spki != after->spki) complain(what, "the same key", "another key");
        if (!before.certificates.empty() && after->certificates.empty())
            complain(what, "the old or the new certificate", "none");
        if (!x_expect.keys.contains(before.id) && before.certificates != after->certificates)
            complain(what, "certificates as they were", "other certificates");
        for (const auto& certificate : after->certificates)
            if (!holds(before.certificates, certificate)) stored(*after, certificate);
    }

    void stored(const KeyView& key, const x509::Certificate& certificate) {
        const std::string what = "new certificate of key " + key.id;
        if (certificate.spki() != key.spki) complain(what, "of this key", "of another key");
        if (const auto state = state_at_cm(x_cm, certificate); state != "active")
            complain(what, "issued by the CM and active there", state);
    }

    void issuers() {
        if (x_expect.ca)
            certificates("issuer certificates: ", *x_expect.ca, x_before.ca_certificates, x_after.ca_certificates);
        else if (x_before.ca_certificates != x_after.ca_certificates)
            complain("issuer certificates", "as they were", "others");
    }

    /// others judges what is none of an update's business: every other file, the PINs and the management key.
    void others() {
        for (const auto& [path, content] : x_before.files) {
            if (x_expect.unchanged || x_before.storage.contains(path) || x_after.storage.contains(path)) continue;
            const auto after = x_after.files.find(path);
            if (after == x_after.files.end() || after->second != content)
                complain("file " + path, "as it was", after == x_after.files.end() ? "deleted" : "changed");
        }
        for (const auto& [name, sealed] : x_before.credentials)
            if (const auto after = x_after.credentials.find(name);
                after == x_after.credentials.end() || after->second != sealed)
                complain(name, "as it was", after == x_after.credentials.end() ? "gone" : "another value or limit");
    }

    void last_update() {
        if (!x_expect.last_update) return;
        const auto &before = x_before.last_update, &after = x_after.last_update;
        // Generalized times of one form: later ones are greater.
        const bool renewed = before && after && *before < *after;
        const std::string seen = renewed ? "renewed" : before == after ? "same" : "set back, or no time any more";
        if (seen != *x_expect.last_update) complain("lastUpdate", *x_expect.last_update, seen);
    }

    std::string x_what;
    const CardAfter& x_expect;
    const CardView& x_before;
    const CardView& x_after;
    const CmView& x_cm;
    std::vector<Mismatch> x_found;
};

}  // namespace

bool is_transport(const x509::Certificate& certificate) {
    const auto policies = certificate.policies();
    return std::find(policies.begin(), policies.end(), kTransportPolicy) != policies.end();
}

std::string list(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? "none" : text;
}

std::string state_at_cm(const CmView& cm, const x509::Certificate& certificate) {
    const auto issued = std::find_if(cm.certificates.begin(), cm.certificates.end(),
                                     [&](const CmCertificate& one) { return one.sha256 == certificate.sha256(); });
    return issued == cm.certificates.end() ? "unknown to it" : issued->state;
}

const KeyView* CardView::key(const std::string& id) const {
    const auto it = std::find_if(keys.begin(), keys.end(), [&](const KeyView& one) { return one.id == id; });
    return it == keys.end() ? nullptr : &*it;
}

std::vector<Mismatch> judge_left_over(const CardView& before, const CardView& after) {
    std::vector<Mismatch> found;
    for (const auto& [path, content] : after.files)
        if (!before.files.contains(path) && !after.storage.contains(path))
            found.push_back({"file " + path, "none that no directory names", "left over"});
    return found;
}

std::vector<Mismatch> judge_card(const std::string& what, const CardAfter& expect, const CardView& before,
                                 const CardView& after, const CmView& cm) {
    return CardJudge(what, expect, before, after, cm).run();
}

}  // namespace rakit::scenarios
