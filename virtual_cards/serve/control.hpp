#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/serve/card_end.hpp"

namespace rakit::cards {

class ImageCard;
class ServedCard;

/// ControlledCard is what the control socket may do to a card; JSON travels as text. Each may be called from any
/// thread.
struct ControlledCard {
    std::function<Result<void>()> insert;
    std::function<Result<void>()> insert_at_once;
    std::function<Result<Descriptor>()> lend;
    std::function<void()> remove;
    std::function<bool()> inserted;
    std::function<void()> reset;
    std::function<std::string()> snapshot;                ///< JSON
    std::function<Result<void>(const std::string&)> arm;  ///< takes JSON
    std::function<void()> disarm;
    std::function<std::string()> faults;  ///< JSON
    std::function<std::string()> latency;
    std::function<Result<void>(const std::string&)> set_latency;
    std::function<ServeCounters()> counters;
    std::function<Bytes()> atr;
    std::function<void(std::optional<Bytes>)> answer_reset_with;  ///< none: the card's own ATR
    std::function<std::string()> serial;
    std::function<std::string()> profile;
};

/// controlled wires a live card; `served` serves `card`, and both outlive the result.
ControlledCard controlled(ServedCard& served, ImageCard& card);

/// ControlAnswer is an answer line, without its line end, and perhaps a descriptor that travels beside it (SCM_RIGHTS).
struct ControlAnswer {
    std::string line;
    Descriptor passed = {};
};

/// answer_slot_control answers for a slot that is free for the cards of other processes: its one command is `lend`.
ControlAnswer answer_slot_control(const std::function<Result<Descriptor>()>& slot, std::string_view line);

/// answer_control takes one request line and gives its answer (docs/formats/card-control.md).
ControlAnswer answer_control(const ControlledCard& card, std::string_view line);

}  // namespace rakit::cards
