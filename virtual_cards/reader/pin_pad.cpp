#include "virtual_cards/reader/pin_pad.hpp"

#include <algorithm>

#include "virtual_cards/reader/features.hpp"

namespace rakit::reader {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Entry = std::variant<std::string, std::uint16_t>;

constexpr seconds kOwnTimeOut{30};

milliseconds bound_of(unsigned wished) { return wished == 0 ? kOwnTimeOut : seconds(wished); }

/// Limits are what an entry may have, by the request and by the pad.
struct Limits {
    std::size_t least;
    std::size_t most;
};

Limits limits_of(const PinRequest& request) {
    const std::size_t least = std::max<std::size_t>(request.min_digits, kMinPinSize);
    const std::size_t most =
        request.max_digits == 0 ? kMaxPinSize : std::min<std::size_t>(request.max_digits, kMaxPinSize);
    return {least, most};
}

Entry judged(const Faults& faults, const Limits& limits, std::string digits) {
    const bool fits = digits.size() >= limits.least && digits.size() <= limits.most;
    if (!fits && !faults.has(Fault::any_pin_length_taken)) return kPinLength;
    return digits;
}

/// enter has one PIN typed.
Entry enter(const Faults& faults, const PinRequest& request, Keys& keys, const std::string& prompt) {
    const auto limits = limits_of(request);
    std::string digits;
    auto bound = bound_of(request.first_seconds);
    for (;;) {
        keys.show(prompt + std::string(digits.size(), '*'));
        const auto key = keys.next(bound);
        if (!key) return faults.has(Fault::timeout_is_cancel) ? kPinCancelled : kPinTimedOut;
        bound = bound_of(request.next_seconds != 0 ? request.next_seconds : request.first_seconds);
        if (*key == 'C' && faults.has(Fault::cancel_is_empty_pin)) return digits;
        if (*key == 'C') return kPinCancelled;
        if (*key == 'E') return judged(faults, limits, digits);
        if (*key == '<') digits.clear();
        if (*key >= '0' && *key <= '9') digits.push_back(*key);
        if (request.ends_at_max && digits.size() == limits.most) return digits;
    }
}

bool insert(const Faults& faults, const PinRequest& request, std::size_t offset, const std::string& digits,
            Bytes& command) {
    PinFormat format = request.format;
    if (faults.has(Fault::pin_unformatted)) {
        format = {};
        format.code = PinFormat::Code::binary;
    }
    return put_pin(command, format, offset, digits);
}

}  // namespace

std::variant<Bytes, std::uint16_t> ask_pins(const Faults& faults, const PinRequest& request, Keys& keys) {
    Bytes command = request.command;
    const auto ask = [&](const char* prompt) { return enter(faults, request, keys, prompt); };
    if (!request.modify || request.asks_old) {
        const auto entry = ask(request.modify ? "Old PIN " : "PIN ");
        if (const auto* sw = std::get_if<std::uint16_t>(&entry)) return *sw;
        const auto offset = request.modify ? request.old_offset : 0;
        if (!insert(faults, request, offset, std::get<std::string>(entry), command)) return kPinLength;
    }
    if (!request.modify) return command;
    const auto fresh = ask("New PIN ");
    if (const auto* sw = std::get_if<std::uint16_t>(&fresh)) return *sw;
    if (request.asks_twice) {
        const auto again = ask("New PIN again ");
        if (const auto* sw = std::get_if<std::uint16_t>(&again)) return *sw;
        if (again != fresh && !faults.has(Fault::mismatch_taken)) return kPinMismatch;
    }
    if (!insert(faults, request, request.new_offset, std::get<std::string>(fresh), command)) return kPinLength;
    return command;
}

}  // namespace rakit::reader
