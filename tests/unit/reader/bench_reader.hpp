#pragma once

#include <deque>
#include <string>
#include <vector>

#include "virtual_cards/reader/reader.hpp"

namespace rakit::reader {

inline Bytes hex(std::string_view text) { return from_hex(text).value(); }

/// A card that answers what it is told to, and writes down what the reader does to it. An answer that nobody prepared
/// is 9000.
class FakeContacts final : public Contacts {
public:
    bool card() const override { return in; }
    void power(bool on) override { done.push_back(on ? "on" : "off"); }
    void reset() override { done.emplace_back("reset"); }
    Result<Bytes> atr() override {
        if (atr_octets.empty()) return fail(ErrorCode::card_mute, "mute");
        return atr_octets;
    }
    Result<Bytes> exchange(ByteView command, std::chrono::milliseconds bound) override {
        sent.push_back(to_hex(command));
        bounds.push_back(bound);
        if (failure) return fail(*failure, "as told");
        if (answers.empty()) return hex("9000");
        auto answer = answers.front();
        answers.pop_front();
        return answer;
    }

    bool in = true;
    Bytes atr_octets = hex("3B88800152414B49542D543104");
    std::deque<Bytes> answers;
    std::optional<ErrorCode> failure;
    std::vector<std::string> sent;
    std::vector<std::chrono::milliseconds> bounds;
    std::vector<std::string> done;
};

/// Time that passes only where somebody waits.
class FakeTime final : public Time {
public:
    std::chrono::steady_clock::time_point now() const override { return at; }
    void pause(std::chrono::milliseconds wait) override {
        at += wait;
        paused += wait;
    }
    std::chrono::steady_clock::time_point at{std::chrono::hours(1)};
    std::chrono::milliseconds paused{0};
};

/// Keys typed ahead; none left is a time-out.
class FakeKeys final : public Keys {
public:
    std::optional<char> next(std::chrono::milliseconds bound) override {
        bounds.push_back(bound);
        if (typed.empty()) return std::nullopt;
        const char key = typed.front();
        typed.erase(0, 1);
        return key;
    }
    void show(const std::string& message) override { display = message; }
    void done() override { ++operations; }
    std::string typed;
    std::string display;
    std::vector<std::chrono::milliseconds> bounds;
    int operations = 0;
};

/// A reader with a card in it, powered.
struct BenchReader {
    explicit BenchReader(std::optional<Fault> fault = std::nullopt) {
        reader.presence(true);
        reader.power(Power::on);
        contacts.done.clear();
        if (fault) set(*fault);
    }
    void set(Fault fault) {
        reader.change([&](Settings& settings) { settings.faults.set(fault, true); });
    }
    Answered transmit(std::string_view command) { return reader.transmit(hex(command)); }

    FakeContacts contacts;
    FakeTime time;
    FakeKeys keys;
    Reader reader{contacts, time, keys, Facts{"0001", "/reader.sock", 0xF0000001, false, false, {}, 0, false, true}};
};

}  // namespace rakit::reader
