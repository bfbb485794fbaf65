#include "reference/session/lines.hpp"

#include <algorithm>
#include <array>

namespace rakit::reference::core {
namespace {

constexpr std::array<std::string_view, 4> kActions{"blank", "issue", "redo", "add"};

Unexpected refuse(ErrorCode code, const std::string& key, std::string detail, std::string remedy = {}) {
    return fail(Error{code, std::move(detail), {}, {}, std::move(remedy), key});
}

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// find_key takes the id in hex, in either case, or the label if only one key has it.
Result<const KeyLine*> find_key(const Contents& contents, const std::string& name) {
    const KeyLine* found = nullptr;
    for (const auto& key : contents.keys)
        if (key.id == upper(name)) return &key;
    for (const auto& key : contents.keys) {
        if (key.label != name) continue;
        if (found != nullptr)
            return refuse(ErrorCode::key_unknown, {}, "several keys are called " + name, "name the key by its id");
        found = &key;
    }
    if (found == nullptr)
        return refuse(ErrorCode::key_unknown, {}, "the card has no key " + name, "rakit contents lists the keys");
    return found;
}

/// pick_replaced finds what Redo replaces: the officer's pick, else the TC, else the newest.
Result<const StoredCertificate*> pick_replaced(const KeyLine& key, const ActionChoice& choice) {
    if (choice.certificate) {
        for (const auto& stored : key.certificates)
            if (stored.certificate.serial_hex() == upper(*choice.certificate)) return &stored;
        return refuse(ErrorCode::certificate_unknown, key.id,
                      "the key has no certificate with the serial number " + *choice.certificate,
                      "rakit contents lists them");
    }
    return key.replaced_unless_picked();
}

Result<void> check_action(const Contents& contents, const KeyLine& key, Action action) {
    if (!key.can_sign && !key.can_decipher)
        return refuse(ErrorCode::key_cannot_sign, key.id, "the key can neither sign nor decipher");
    if (action == Action::redo && key.certificates.empty())
        return refuse(ErrorCode::certificate_unknown, key.id, "the key has no certificate that Redo could replace",
                      "choose add or issue");
    if (action != Action::add) return {};
    if (key.transport_certificate() != nullptr)
        return refuse(ErrorCode::tc_add_refused, key.id,
                      "the key carries a transport certificate, and Add would keep it", "choose redo");
    if (contents.profile == "piv" && !key.certificates.empty())
        return refuse(ErrorCode::add_not_possible, key.id, "a PIV slot holds one certificate", "choose redo or issue");
    return {};
}

Result<OrderLine> plan_line(const Contents& contents, const KeyLine& key, const ActionChoice& choice) {
    if (auto allowed = check_action(contents, key, choice.action); !allowed)
        return Unexpected{std::move(allowed).error()};
    OrderLine line{key.id,
                   key.label,
                   std::string(name(choice.action)),
                   std::string(ossl::name(key.type)),
                   key.usage,
                   key.spki,
                   {},
                   {},
                   !key.can_sign};
    if (const auto* transport = key.transport_certificate()) line.transport_certificate = transport->certificate;
    if (choice.action != Action::redo) return line;
    auto replaced = pick_replaced(key, choice);
    if (!replaced) return Unexpected{std::move(replaced).error()};
    if (*replaced != nullptr) line.replaces = (*replaced)->certificate;
    return line;
}

std::vector<Bytes> digests(const Contents& contents) {
    std::vector<Bytes> all;
    for (const auto& key : contents.keys)
        for (const auto& stored : key.certificates) all.push_back(stored.certificate.sha256());
    return all;
}

bool contains(const std::vector<Bytes>& all, const Bytes& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

std::string_view name(Action action) { return kActions.at(static_cast<std::size_t>(action)); }

std::optional<Action> action_from_name(std::string_view name) {
    const auto found = std::find(kActions.begin(), kActions.end(), name);
    if (found == kActions.end()) return std::nullopt;
    return static_cast<Action>(found - kActions.begin());
}

Result<std::vector<OrderLine>> plan_lines(const Contents& contents, const std::vector<ActionChoice>& choices) {
    std::map<const KeyLine*, const ActionChoice*> chosen;
    for (const auto& choice : choices) {
        auto key = find_key(contents, choice.key);
        if (!key) return Unexpected{std::move(key).error()};
        if (!chosen.emplace(*key, &choice).second)
            return refuse(ErrorCode::usage, (*key)->id, "two actions for one key", "name each key once");
    }
    std::vector<OrderLine> lines;
    for (const auto& key : contents.keys) {
        const auto choice = chosen.find(&key);
        if (choice == chosen.end() || choice->second->action == Action::blank) continue;
        auto line = plan_line(contents, key, *choice->second);
        if (!line) return Unexpected{std::move(line).error()};
        lines.push_back(std::move(*line));
    }
    if (lines.empty())
        return refuse(ErrorCode::nothing_to_do, {}, "every key's action is blank",
                      "choose issue, redo or add for a key");
    return lines;
}

std::vector<CertificateChange> changes(const Order& order, const Issued& issued) {
    std::vector<CertificateChange> all;
    for (const auto& line : order.lines) {
        if (line.action == name(Action::issue)) continue;
        for (const auto& [key, certificate] : issued.certificates) {
            if (key != line.key) continue;
            std::optional<Bytes> replaces;
            if (line.replaces) replaces = line.replaces->sha256();
            all.push_back({line.key, certificate, std::move(replaces), line.label});
        }
    }
    return all;
}

std::vector<x509::Certificate> kept_ca_certificates(const Contents& contents, const Order& order,
                                                    const Issued& issued) {
    std::vector<x509::Certificate> kept;
    std::vector<Bytes> needed;  // subjects, DER
    const auto keep = [&](const x509::Certificate& certificate) {
        if (std::find(kept.begin(), kept.end(), certificate) == kept.end()) kept.push_back(certificate);
    };
    for (const auto& certificate : issued.issuer_certificates) keep(certificate);
    for (const auto& key : contents.keys)
        for (const auto& stored : key.certificates) {
            const bool goes = std::any_of(order.lines.begin(), order.lines.end(), [&](const auto& line) {
                return line.replaces && *line.replaces == stored.certificate;
            });
            if (!goes) needed.push_back(stored.certificate.issuer_der());
        }
    // A kept one's own issuer is needed too, so `needed` grows while it is walked.
    for (std::size_t i = 0; i < needed.size() && i < contents.ca_certificates.size() + 256; ++i) {
        const auto has_subject = [&](const auto& one) { return one.subject_der() == needed[i]; };
        if (std::any_of(kept.begin(), kept.end(), has_subject)) continue;
        for (const auto& present : contents.ca_certificates)
            if (has_subject(present)) {
                keep(present);
                needed.push_back(present.issuer_der());
            }
    }
    return kept;
}

Result<void> check_written(const Contents& before, const Contents& after,
                           const std::vector<CertificateChange>& changes) {
    const auto now = digests(after);
    std::vector<Bytes> gone;
    for (const auto& change : changes) {
        const auto* key = after.key(change.key);
        const bool there =
            key != nullptr && std::any_of(key->certificates.begin(), key->certificates.end(),
                                          [&](const auto& stored) { return stored.certificate == change.certificate; });
        if (!there)
            return refuse(ErrorCode::card_write_failed, change.key,
                          "read back: the new certificate is not on the card");
        if (!change.replaces) continue;
        if (contains(now, *change.replaces))
            return refuse(ErrorCode::card_write_failed, change.key,
                          "read back: the replaced certificate is still on the card");
        gone.push_back(*change.replaces);
    }
    for (const auto& digest : digests(before))
        if (!contains(gone, digest) && !contains(now, digest))
            return refuse(ErrorCode::card_write_failed, {},
                          "read back: another certificate is missing, SHA-256 " + to_hex(digest));
    return {};
}

std::vector<LineOutcome> line_outcomes(const Order& order, const Issued& issued) {
    std::vector<LineOutcome> outcomes;
    for (const auto& line : order.lines) {
        LineOutcome outcome{line.key, action_from_name(line.action).value_or(Action::blank), {}, false};
        for (const auto& [key, certificate] : issued.certificates)
            if (key == line.key) outcome.certificate = certificate;
        outcome.stored = outcome.certificate && outcome.action != Action::issue;
        outcomes.push_back(std::move(outcome));
    }
    return outcomes;
}

}  // namespace rakit::reference::core
