#include "virtual_cards/reader/reader.hpp"

#include <algorithm>
#include <utility>

#include "common/iso7816/atr.hpp"
#include "virtual_cards/reader/features.hpp"

namespace rakit::reader {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongestCommand{120};  // the card may ask for time again and again; a minute is what is certified
constexpr milliseconds kImpatience{900};
constexpr seconds kHang{30};
constexpr seconds kIdle{2};
constexpr milliseconds kFlickerEvery{300};
constexpr milliseconds kForgetful{500};
constexpr std::chrono::minutes kForGood{10};
constexpr std::size_t kMaxCommand = 65535;
constexpr std::size_t kHeader = 4;

const Bytes kSuccess{0x90, 0x00};
const Bytes kWrongLength{0x67, 0x00};
const Bytes kRefused{0x69, 0x82};
const Bytes kMadeUpAtr{0x3B, 0x80, 0x80, 0x01, 0x01};

bool carries_pin(ByteView command) {
    if (command.size() <= kHeader + 1) return false;
    const auto ins = command[1];
    return ins == 0x20 || ins == 0x21 || ins == 0x24 || ins == 0x2C;
}

Bytes status(std::uint16_t sw) { return {static_cast<std::uint8_t>(sw >> 8), static_cast<std::uint8_t>(sw)}; }

}  // namespace

Settings Reader::settings() const {
    std::lock_guard lock(x_settings_mutex);
    return x_settings;
}

void Reader::card_left() {
    std::lock_guard lock(x_settings_mutex);
    x_left = x_time.now();
    if (x_settings.faults.has(Fault::forgets_removal))
        x_power_lost = true;
    else
        x_removal_untold = true;
}

Outcome Reader::seen(const Settings& now) const {
    if (!now.plugged) return now.faults.has(Fault::unplug_is_removal) ? Outcome::no_card : Outcome::unplugged;
    std::lock_guard lock(x_settings_mutex);
    const bool back_soon = now.faults.has(Fault::forgets_removal) && x_time.now() - x_left < kForgetful;
    const bool there = (x_contacts.card() && !x_removal_untold) || (x_told == Outcome::done && back_soon);
    if (there && x_told != Outcome::done && now.faults.has(Fault::no_insert_event)) return Outcome::no_card;
    if (!there && x_told == Outcome::done && now.faults.has(Fault::no_remove_event)) return Outcome::done;
    const bool flickers = now.faults.has(Fault::flickers) && x_told == Outcome::done;
    if (flickers && x_time.now() - x_last_flicker > kFlickerEvery) return Outcome::no_card;
    return there ? Outcome::done : Outcome::no_card;
}

bool Reader::changed() {
    const auto look = seen(settings());
    std::lock_guard lock(x_settings_mutex);
    return look != x_told;
}

Outcome Reader::presence(bool poller) {
    const auto look = seen(settings());
    std::lock_guard lock(x_settings_mutex);
    if (!poller) return look;
    if (x_told == Outcome::done && look != Outcome::done) {
        x_last_flicker = x_time.now();
        x_removal_untold = false;
        lose_power();
    }
    x_told = look;
    return look;
}

void Reader::lose_power() {
    if (x_contacts_on) x_contacts.power(false);
    x_contacts_on = false;
    x_facts.powered = false;
    x_facts.atr.clear();
}

Answered Reader::power(Power what) {
    const auto now = settings();
    if (!now.plugged) return {Outcome::unplugged, {}};
    const auto has = [&](Fault fault) { return now.faults.has(fault); };
    if (what == Power::off) {
        if (!has(Fault::warm_for_cold)) lose_power();
        x_facts.powered = false;
        return {};
    }
    const bool warm = what == Power::reset && x_facts.powered;
    if (warm && has(Fault::no_warm_reset)) return {Outcome::done, x_facts.atr};
    if (x_contacts_on && ((warm && !has(Fault::cold_for_warm)) || has(Fault::warm_for_cold))) {
        x_contacts.reset();
    } else {
        lose_power();
        x_contacts.power(true);
        x_contacts_on = true;
    }
    return activated(now);
}

/// activated reads the ATR; a card without a sound one loses its power (ISO/IEC 7816-3 sections 6.2.2 and 8.2.5).
Answered Reader::activated(const Settings& now) {
    x_memory = {};
    x_facts.protocol = 0;
    x_facts.powered = false;
    x_last_command = x_time.now();
    constexpr std::size_t kLongestAtr = 33;
    auto atr = x_contacts.atr();
    const bool mute = !atr || atr->empty() || atr->size() > kLongestAtr;
    if (mute && now.faults.has(Fault::hangs_on_mute)) x_time.pause(kHang);
    const bool sound = !mute && iso7816::parse_atr(*atr).has_value();
    if (mute ? now.faults.has(Fault::mute_taken) : !sound && now.faults.has(Fault::any_atr_taken))
        atr = kMadeUpAtr;
    else if (!sound) {
        lose_power();
        return {Outcome::power, {}};
    }
    x_facts.atr = bent_atr(now.faults, std::move(*atr));
    x_facts.powered = true;
    return {Outcome::done, x_facts.atr};
}

Bytes Reader::bent_atr(const Faults& faults, Bytes atr) {
    const auto parsed = iso7816::parse_atr(atr);
    if (parsed && !parsed->historical.empty() && faults.has(Fault::atr_changes)) {
        const auto& historical = parsed->historical;
        const bool check = !std::equal(historical.rbegin(), historical.rend(), atr.rbegin());
        const auto change = static_cast<std::uint8_t>(++x_activations);
        atr[atr.size() - (check ? 2 : 1)] ^= change;
        if (check) atr.back() ^= change;
    }
    if (faults.has(Fault::atr_check_wrong)) atr.back() ^= 0x01;
    return atr;
}

Outcome Reader::set_protocol(unsigned t) {
    if (!settings().plugged) return Outcome::unplugged;
    const auto atr = iso7816::parse_atr(x_facts.atr);
    const bool offered = !atr || (t == 0 ? atr->t0 : t == 1 && atr->t1);
    if (!offered) return Outcome::protocol;
    x_facts.protocol = t + 1;
    return Outcome::done;
}

void Reader::left() {
    const auto now = settings();
    if (!now.faults.has(Fault::resets_on_leave) || !now.plugged || !x_facts.powered) return;
    x_contacts.reset();
    (void)x_contacts.atr();
}

/// idle does what a reader with too eager a power management does between two commands.
void Reader::idle(const Faults& faults) {
    const auto now = x_time.now();
    const bool lost = faults.has(Fault::forgets_removal) && x_power_lost.exchange(false);
    if (lost || (faults.has(Fault::powers_off_when_idle) && now - x_last_command > kIdle)) {
        x_contacts.power(false);
        x_contacts.power(true);
        (void)x_contacts.atr();
        if (lost && !x_last_select.empty()) (void)x_contacts.exchange(x_last_select, kLongestCommand);
    }
    x_last_command = now;
}

Answered Reader::transmit(ByteView command) {
    const auto now = settings();
    if (!now.plugged) return {Outcome::unplugged, {}};
    if (seen(now) != Outcome::done || !x_contacts.card())
        return now.faults.has(Fault::answers_without_card) ? Answered{Outcome::done, kSuccess}
                                                           : Answered{Outcome::no_card, {}};
    if (!x_facts.powered) return {Outcome::power, {}};
    idle(now.faults);
    if (command.size() > kHeader && command[1] == 0xA4) x_last_select.assign(command.begin(), command.end());
    Exchange exchange;
    exchange.command.assign(command.begin(), command.end());
    bend_command(now.faults, x_memory, exchange);
    if (exchange.outcome) return {*exchange.outcome, {}};
    if (!exchange.answer.empty()) return {Outcome::done, exchange.answer};
    if (command.size() < kHeader) return {Outcome::done, kWrongLength};
    if (command.size() > kMaxCommand) return {Outcome::communication, {}};
    if (now.traits.short_only && is_extended(command)) {
        x_memory.stuck = true;
        return {Outcome::communication, {}};
    }
    const bool leaks = now.faults.has(Fault::pin_filter_leaks);
    if (now.traits.pin_filter && carries_pin(command) && !leaks) return {Outcome::done, kRefused};
    return exchanged(now, exchange);
}

Answered Reader::exchanged(const Settings& now, Exchange& exchange) {
    if (exchange.delay.count() > 0) x_time.pause(exchange.delay);
    const bool impatient = now.faults.has(Fault::gives_up_waiting);
    for (int sent = 0; sent < exchange.sendings; ++sent) {
        auto answer = x_contacts.exchange(exchange.command, impatient ? kImpatience : milliseconds(kLongestCommand));
        if (!answer) return failed(now, answer.error());
        exchange.answer = std::move(*answer);
    }
    x_last_command = x_time.now();
    if (broken_off()) {
        if (!now.faults.has(Fault::truncated_passes)) return {Outcome::communication, {}};
        exchange.answer.resize((exchange.answer.size() + 1) / 2);
    }
    bend_answer(now.faults, x_memory, exchange);
    return {Outcome::done, std::move(exchange.answer), exchange.overlong};
}

Answered Reader::failed(const Settings& now, const Error& error) {
    if (error.code == ErrorCode::card_mute) return {Outcome::timeout, {}};
    if (error.code == ErrorCode::reader_absent || !settings().plugged) {
        if (now.faults.has(Fault::hangs_on_unplug)) x_time.pause(kForGood);
        return {Outcome::unplugged, {}};
    }
    if (now.faults.has(Fault::answers_without_card)) return {Outcome::done, kSuccess};
    return {Outcome::no_card, {}};
}

bool Reader::broken_off() {
    std::lock_guard lock(x_settings_mutex);
    return std::exchange(x_settings.truncate, false);
}

Answered Reader::control(std::uint32_t code, ByteView input) {
    const auto now = settings();
    if (!now.plugged) return {Outcome::unplugged, {}};
    x_facts.card = seen(now) == Outcome::done;
    x_facts.pin_pad = now.traits.pin_pad;
    x_facts.short_only = now.traits.short_only;
    if (!x_facts.card && now.faults.has(Fault::control_needs_card)) return {Outcome::unplugged, {}};
    if (code == kGetFeatureRequest) return {Outcome::done, feature_list(now.faults, x_facts)};
    if (code == kGetTlvProperties) return {Outcome::done, tlv_properties(now.faults, x_facts)};
    if (!now.traits.pin_pad || (code != kVerifyPinDirect && code != kModifyPinDirect))
        return {Outcome::unsupported, {}};
    if (!x_facts.card || !x_facts.powered) return {Outcome::communication, {}};
    const auto request = code == kVerifyPinDirect ? parse_verify(input) : parse_modify(input);
    if (!request) return {Outcome::done, status(kPinStructure)};
    return typed(now, *request);
}

Answered Reader::typed(const Settings& now, const PinRequest& request) {
    const auto entered = ask_pins(now.faults, request, x_keys);
    x_keys.done();
    if (!settings().plugged) return {Outcome::unplugged, {}};
    if (const auto* own = std::get_if<std::uint16_t>(&entered)) return {Outcome::done, status(*own)};
    auto answer = x_contacts.exchange(std::get<Bytes>(entered), kLongestCommand);
    if (!answer) return failed(now, answer.error());
    const bool wrong = answer->size() == 2 && answer->front() == 0x63;
    if (wrong && now.faults.has(Fault::wrong_pin_is_right)) answer = kSuccess;
    if (wrong && now.faults.has(Fault::tries_hidden)) answer = status(0x6300);
    return {Outcome::done, std::move(*answer)};
}

std::optional<Bytes> Reader::attribute(std::uint32_t tag) {
    const auto now = settings();
    x_facts.card = seen(now) == Outcome::done;
    x_facts.short_only = now.traits.short_only;
    return reader::attribute(now.faults, x_facts, tag);
}

}  // namespace rakit::reader
