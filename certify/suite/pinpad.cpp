// PIN pads, by PC/SC part 10: cases 57 to 61. The tester card's PIN is no secret: 1234.
#include <fmt/format.h>

#include <map>
#include <set>

#include "certify/reader/control.hpp"
#include "certify/suite/pinpad_blocks.hpp"
#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

/// Features is the reader's list of what it can do, by tag.
struct Features {
    LONG status = SCARD_F_UNKNOWN_ERROR;
    std::map<std::uint8_t, DWORD> codes;
    bool well_formed = true;
    int doubled = 0;
};

Features features_of(Handle& card) {
    Features seen;
    Bytes list;
    seen.status = card.control(CM_IOCTL_GET_FEATURE_REQUEST, {}, list);
    std::size_t at = 0;
    for (; at + 2 <= list.size(); at += 2U + list[at + 1]) {
        if (list[at + 1] != 4 || at + 6 > list.size()) seen.well_formed = false;
        if (!seen.codes.emplace(list[at], number_at(list, at + 2)).second) ++seen.doubled;
    }
    if (at != list.size()) seen.well_formed = false;
    return seen;
}

/// feature gives a feature's control code; none, and the case isn't applicable, where the reader hasn't got it.
std::optional<DWORD> feature(Handle& card, std::uint8_t tag, const char* name, Facts& facts) {
    const auto seen = features_of(card);
    const auto found = seen.codes.find(tag);
    if (found != seen.codes.end()) return found->second;
    facts.not_applicable(fmt::format("the reader has no {}", name));
    return std::nullopt;
}

const Bytes kEmptyPin(8, 0xFF);

Bytes verify_command() {
    Bytes command{0x00, 0x20, 0x00, 0x01, 0x08};
    append(command, kEmptyPin);
    return command;
}

/// entry has keys pressed and the operation done; the status word comes back.
std::string entry(const Bench& bench, Seat& seat, DWORD code, const Bytes& block, const std::string& keys,
                  Facts& facts) {
    if (!keys.empty()) bench.act(Deed::keys, facts, keys);
    Bytes answer;
    const LONG status = seat.card.control(code, block, answer);
    return hex_sw(Reply{status, answer});
}

/// type_pin sends the PIN without the pad, so that the next case finds all tries.
std::string type_pin(Seat& seat) {
    auto command = verify_command();
    const Bytes pin = to_bytes("1234");
    std::copy(pin.begin(), pin.end(), command.begin() + 5);
    return hex_sw(seat.card.transmit(ByteView(command)));
}

}  // namespace

void features(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const auto seen = features_of(seat.card);
    facts.put("status", status_name(seen.status));
    facts.put("well_formed", seen.well_formed);
    facts.put("doubled", seen.doubled);
    std::string tags;
    for (const auto& [tag, code] : seen.codes) tags += fmt::format("{}{:02X}", tags.empty() ? "" : " ", tag);
    facts.put("features", tags);
}

void properties(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const auto code = feature(seat.card, FEATURE_GET_TLV_PROPERTIES, "GET_TLV_PROPERTIES", facts);
    if (!code) return;
    Bytes list;
    facts.put("status", status_name(seat.card.control(*code, {}, list)));
    bool well_formed = true;
    std::set<std::uint8_t> tags;
    std::size_t at = 0;
    for (; at + 2 <= list.size(); at += 2U + list[at + 1]) well_formed = well_formed && tags.insert(list[at]).second;
    facts.put("well_formed", well_formed && at == list.size());
    facts.put("properties", to_hex(list));
    // What it claims, and what it does with 300 octets each way.
    constexpr std::uint32_t kShortOnly = 261;
    const auto claimed = largest_claimed(seat.card);
    auto echo = command(0x50, 0, patterned(300), 65536);
    echo.extended = true;
    const bool carries = seat.card.transmit(echo).is(0x9000);
    facts.put("extended_claimed", claimed ? (*claimed > kShortOnly ? "yes" : "no") : (carries ? "yes" : "no"));
    facts.put("extended", carries ? "yes" : "no");
}

void verify_direct(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const auto code = feature(seat.card, FEATURE_VERIFY_PIN_DIRECT, "VERIFY_PIN_DIRECT", facts);
    if (!code || !bench.can(Deed::keys, facts)) return;
    constexpr std::uint8_t kSeconds = 3;
    const auto block = verify_block(verify_command(), bench.hands->unattended() ? kSeconds : 30);
    facts.put("right", entry(bench, seat, *code, block, "1234E", facts));
    facts.put("wrong", entry(bench, seat, *code, block, "9999E", facts));
    facts.put("cancelled", entry(bench, seat, *code, block, "12C", facts));
    facts.put("timed_out", entry(bench, seat, *code, verify_block(verify_command(), kSeconds), "", facts));
    facts.put("right_again", entry(bench, seat, *code, block, "1234E", facts));
}

void modify_direct(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    const auto code = feature(seat.card, FEATURE_MODIFY_PIN_DIRECT, "MODIFY_PIN_DIRECT", facts);
    if (!code || !bench.can(Deed::keys, facts)) return;
    Bytes change{0x00, 0x24, 0x00, 0x01, 0x10};
    append(change, kEmptyPin);
    append(change, kEmptyPin);
    const auto block = modify_block(change, bench.hands->unattended() ? 3 : 30);
    // Neither reaches the card: the pad itself sees that the new PINs differ, or that one is too short.
    facts.put("mismatch", entry(bench, seat, *code, block, "1234E5678E5679E", facts));
    facts.put("length", entry(bench, seat, *code, block, "1234E12E12E", facts));
    facts.put("old_pin", type_pin(seat));
}

void filtered(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    if (!feature(seat.card, FEATURE_VERIFY_PIN_DIRECT, "PIN pad", facts)) return;
    std::string claimed = bench.filters;
    if (claimed.empty() && !bench.reader_socket.empty())
        if (const auto told = ask(bench.reader_socket, {{"command", "capabilities"}})) {
            const auto traits = told->at("capabilities").value("traits", nlohmann::json::object());
            claimed = traits.value("pin-filter", false) ? "yes" : "no";
        }
    if (claimed.empty())
        return facts.not_applicable(
            "nobody says whether the pad filters PINs (--pad-filters yes|no): no standard property does");
    const auto outcome = type_pin(seat);
    facts.put("claimed", claimed);
    facts.put("answer", outcome);
    facts.put("outcome", outcome == "9000" ? "passed" : "blocked");
    facts.put("outcome_claimed", claimed == "yes" ? "blocked" : "passed");
}

}  // namespace rakit::certify
