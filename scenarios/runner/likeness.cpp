#include "scenarios/runner/likeness.hpp"

#include <algorithm>

#include "common/ossl/keys.hpp"
#include "scenarios/runner/card_judge.hpp"

namespace rakit::scenarios {
namespace {

using x509::Certificate;

/// signer gives the name of the harness's CA that signed a certificate; empty if none did.
std::string signer(const Certificate& certificate, const cm::Hierarchy& hierarchy) {
    for (const char* name : cm::kCaNames)
        if (certificate.signed_by(hierarchy.authority(name).certificate)) return name;
    return {};
}

std::string type_of(const KeyView& key) {
    const auto parsed = ossl::parse_spki(key.spki);
    const auto type = parsed ? ossl::key_type(parsed->get()) : std::nullopt;
    return type ? std::string(ossl::name(*type)) : "of a kind that has no name here";
}

/// Describing puts a card's traits into words; two cards are alike if the words are.
class Describing {
public:
    Describing(const CardView& card, const cm::Hierarchy& hierarchy, UtcTime now)
        : x_card(card), x_hierarchy(hierarchy), x_now(now) {}

    std::string keys() const {
        std::vector<std::string> words;
        for (const auto& key : x_card.keys) words.push_back(key.id + " (" + type_of(key) + ")");
        std::sort(words.begin(), words.end());
        return words.empty() ? "no keys" : "the keys " + list(words);
    }

    std::string pins() const {
        std::vector<std::string> words;
        for (const auto& [id, pin] : x_card.pins) words.push_back(id + (pin.security_officer ? " (OP PIN)" : ""));
        return words.empty() ? "no PIN objects" : "the PIN objects " + list(words);
    }

    std::string guard(const KeyView& key) const {
        return "key " + key.id + (key.pin.empty() ? " under no PIN" : " under PIN " + key.pin) +
               (key.user_consent ? ", wanted for each use," : "");
    }

    std::string certificates(const KeyView& key) const {
        const std::size_t count = key.certificates.size();
        if (count == 0) return "no certificate";
        if (count == 1) return "one " + words(key, key.certificates[0]);
        std::string text = std::to_string(count) + " certificates (";
        for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "a " : ", a ") + words(key, key.certificates[i]);
        return text + ")";
    }

    std::string issuers() const { return std::to_string(x_card.ca_certificates.size()) + " issuer certificates"; }
    std::string last_update() const { return x_card.last_update ? "a lastUpdate" : "no lastUpdate"; }

private:
    std::string words(const KeyView& key, const Certificate& certificate) const {
        const bool transport = is_transport(certificate);
        std::string text = transport ? "transport certificate" : "certificate";
        if (certificate.not_after() < x_now) text += " that has expired";
        if (x_now < certificate.not_before()) text += " that is not valid yet";
        if (certificate.spki() != key.spki) text += " of another key";
        const auto of = x509::attribute(certificate.subject(), "serialNumber");
        if (transport && of != x_card.serial) text += " of another card";
        const auto by = signer(certificate, x_hierarchy);
        const std::string usual = transport ? "tc-issuer" : "end-user-ca";
        if (by != usual) text += by.empty() ? " by a CA of others" : " by " + by;
        return text;
    }

    const CardView& x_card;
    const cm::Hierarchy& x_hierarchy;
    UtcTime x_now;
};

}  // namespace

std::string why_unlike(const CardView& card, const CardView& wanted, const cm::Hierarchy& hierarchy, UtcTime now) {
    const auto differ = [](const std::string& has, const std::string& wants, const std::string& where = "") {
        return has == wants ? std::string() : "has " + has + where + " where the case wants " + wants;
    };
    if (card.profile != wanted.profile) return "is a " + card.profile + " card where the case wants " + wanted.profile;
    const Describing has(card, hierarchy, now), wants(wanted, hierarchy, now);
    for (const auto part : {&Describing::keys, &Describing::pins})
        if (auto why = differ((has.*part)(), (wants.*part)()); !why.empty()) return why;
    for (const auto& key : wanted.keys) {
        const KeyView& own = *card.key(key.id);  // the keys are the same by now
        if (auto why = differ(has.certificates(own), wants.certificates(key), " on key " + key.id); !why.empty())
            return why;
        if (auto why = differ(has.guard(own), wants.guard(key)); !why.empty()) return why;
    }
    for (const auto part : {&Describing::issuers, &Describing::last_update})
        if (auto why = differ((has.*part)(), (wants.*part)()); !why.empty()) return why;
    return {};
}

bool is_test_card(const CardView& card, const cm::Hierarchy& hierarchy) {
    std::size_t ours = 0;
    for (const auto& key : card.keys)
        for (const auto& certificate : key.certificates) {
            if (signer(certificate, hierarchy).empty()) return false;
            ++ours;
        }
    return ours != 0;
}

}  // namespace rakit::scenarios
