#pragma once

#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::cards {

/// PlainCard answers every command with what it got and 9000; 80 DD drops the link, 80 EE answers nothing at all, 80 55
/// answers after an hour. It counts what happened to it.
class PlainCard : public VirtualCard {
public:
    Bytes atr() const override { return {0x3B, 0x85, 0x80, 0x01, 0x4F, 0x73, 0x45, 0x49, 0x44, 0x70}; }
    void power_on() override { ++power_ons; }
    void power_off() override { ++power_offs; }
    void reset() override { ++resets; }
    Answer handle(ByteView command) override {
        Answer answer;
        const int ins = command.size() > 1 && command[0] == 0x80 ? command[1] : 0;
        if (ins == 0xEE) return answer;
        answer.drop = ins == 0xDD;
        if (ins == 0x55) answer.delay = std::chrono::hours(1);
        answer.bytes.assign(command.begin(), command.end());
        append(answer.bytes, Bytes{0x90, 0x00});
        return answer;
    }

    int power_ons = 0;
    int power_offs = 0;
    int resets = 0;
};

}  // namespace rakit::cards
