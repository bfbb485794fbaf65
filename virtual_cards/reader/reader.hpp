#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "common/base/result.hpp"
#include "virtual_cards/reader/attributes.hpp"
#include "virtual_cards/reader/exchange.hpp"
#include "virtual_cards/reader/pin_pad.hpp"

namespace rakit::reader {

/// Contacts are the card's side of a slot.
class Contacts {
public:
    virtual ~Contacts() = default;
    /// card tells whether one lies in the slot.
    virtual bool card() const = 0;
    virtual void power(bool on) = 0;
    /// reset is a warm one.
    virtual void reset() = 0;
    /// atr gives what the card said to its last activation, however wrong. Failures: card_removed, card_mute (nothing).
    virtual Result<Bytes> atr() = 0;
    /// exchange sends a command of 4 to 65,535 octets. Failures: card_removed, card_mute (no answer within `bound`),
    /// reader_absent (interrupted: unplugged).
    virtual Result<Bytes> exchange(ByteView command, std::chrono::milliseconds bound) = 0;
};

/// Time is the reader's clock.
class Time {
public:
    virtual ~Time() = default;
    virtual std::chrono::steady_clock::time_point now() const = 0;
    /// pause waits; less when the reader is unplugged or plugged meanwhile.
    virtual void pause(std::chrono::milliseconds wait) = 0;
};

/// Traits are what readers may be without being wrong.
struct Traits {
    bool pin_pad = true;
    bool pin_filter = false;  ///< PIN commands through Transmit are refused (6982)
    bool short_only = false;  ///< extended commands are refused with an error
};

/// Settings are what the control socket changes.
struct Settings {
    Faults faults;
    Traits traits;
    bool plugged = true;
    bool truncate = false;  ///< the card's next answer breaks off
};

/// Answered is an outcome with what came back.
struct Answered {
    Outcome outcome = Outcome::done;
    Bytes octets;
    std::size_t overlong = 0;  ///< what a faulty reader adds to the length that it tells
};

enum class Power { off, on, reset };

/// Reader is one slot's reader with its driver: right, unless a fault is switched on. pcscd calls it one call at a time
/// (all but the settings, which any thread may change).
class Reader {
public:
    Reader(Contacts& contacts, Time& time, Keys& keys, Facts facts)
        : x_contacts(contacts), x_time(time), x_keys(keys), x_facts(std::move(facts)) {}

    /// presence tells done for a card, no_card, or unplugged. `poller`: it is pcscd's look for events, after which a
    /// removal has been told.
    Outcome presence(bool poller);
    /// changed tells whether pcscd's next look would differ from its last.
    bool changed();
    Answered power(Power what);
    Outcome set_protocol(unsigned t);
    Answered transmit(ByteView command);
    /// control answers a control code (PC/SC Part 10).
    Answered control(std::uint32_t code, ByteView input);
    std::optional<Bytes> attribute(std::uint32_t tag);
    /// left is told when the last user has gone and the card may stay as it is.
    void left();

    Settings settings() const;
    /// change changes the settings under their lock.
    template <class F>
    void change(F&& how) {
        std::lock_guard lock(x_settings_mutex);
        how(x_settings);
    }
    /// card_left is told by the contacts: the next look must see it, even if a card is back by then.
    void card_left();

private:
    Outcome seen(const Settings& now) const;
    Answered activated(const Settings& now);
    Bytes bent_atr(const Faults& faults, Bytes atr);
    void idle(const Faults& faults);
    Answered exchanged(const Settings& now, Exchange& exchange);
    Answered failed(const Settings& now, const Error& error);
    bool broken_off();
    Answered typed(const Settings& now, const PinRequest& request);
    void lose_power();

    Contacts& x_contacts;
    Time& x_time;
    Keys& x_keys;
    Facts x_facts;
    Memory x_memory;
    bool x_contacts_on = false;
    unsigned x_activations = 0;
    std::chrono::steady_clock::time_point x_last_command{};
    std::chrono::steady_clock::time_point x_last_flicker{};
    mutable std::mutex x_settings_mutex;
    Settings x_settings;
    bool x_removal_untold = false;
    std::atomic<bool> x_power_lost = false;  ///< by a removal that was forgotten
    Bytes x_last_select;                     ///< repeated then
    std::chrono::steady_clock::time_point x_left{};
    Outcome x_told = Outcome::no_card;
};

}  // namespace rakit::reader
