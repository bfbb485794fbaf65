#include "reference/session/card_log.hpp"

#include "reference/session/lines.hpp"

namespace rakit::reference::core {
namespace {

std::string words(const Order& order) {
    std::string text = "procedure " + order.procedure;
    for (const auto& line : order.lines) {
        text += ", key " + line.key + " " + line.action;
        if (line.replaces) text += " for serial " + line.replaces->serial_hex();
    }
    return text;
}

std::string words(const Issued& issued) {
    std::string text;
    for (const auto& [key, certificate] : issued.certificates)
        text += (text.empty() ? "key " : ", key ") + key + " serial " + certificate.serial_hex();
    return text;
}

struct Entry {
    std::optional<CardLogEntry> operator()(const VerifyPin& effect) const {
        return CardLogEntry{"verify", {}, {}, effect.pin.label};
    }
    std::optional<CardLogEntry> operator()(const MakeRequestSignature& effect) const {
        return CardLogEntry{"sign", {}, to_hex(effect.order.transaction_id), "key " + effect.key.id};
    }
    std::optional<CardLogEntry> operator()(const Submit& effect) const {
        return CardLogEntry{"submit", {}, to_hex(effect.order.transaction_id), words(effect.order)};
    }
    std::optional<CardLogEntry> operator()(const WriteSteps& effect) const {
        return CardLogEntry{"write", {}, {}, std::to_string(effect.plan.steps.size()) + " commands"};
    }
    std::optional<CardLogEntry> operator()(const HandOut& effect) const {
        if (effect.lines.empty()) return std::nullopt;
        std::string keys;
        for (const auto& line : effect.lines) keys += (keys.empty() ? "key " : ", key ") + line.key;
        return CardLogEntry{"hand-out", {}, {}, keys};
    }
    std::optional<CardLogEntry> operator()(const Confirm& effect) const {
        return CardLogEntry{
            effect.accepted ? "confirm" : "refuse", {}, to_hex(effect.order.transaction_id), words(effect.issued)};
    }
    std::optional<CardLogEntry> operator()(const Finish& effect) const {
        return CardLogEntry{"end", {}, effect.outcome.transaction, effect.error ? to_string(*effect.error) : "ok"};
    }
    template <class Other>
    std::optional<CardLogEntry> operator()(const Other&) const {
        return std::nullopt;
    }
};

}  // namespace

std::optional<CardLogEntry> log_entry(const Effect& effect) { return std::visit(Entry{}, effect); }

}  // namespace rakit::reference::core
