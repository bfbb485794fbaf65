#pragma once

#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::cards {

/// PlainCard answers every command with what it got and 9000; 80 DD drops the link.
class PlainCard final : public VirtualCard {
public:
    Bytes atr() const override { return {0x3B, 0x85, 0x80, 0x01, 0x4F, 0x73, 0x45, 0x49, 0x44, 0x70}; }
    void power_on() override { ++powers; }
    void power_off() override {}
    void reset() override {}
    Answer handle(ByteView command) override {
        Answer answer;
        answer.drop = command.size() > 1 && command[0] == 0x80 && command[1] == 0xDD;
        answer.bytes.assign(command.begin(), command.end());
        append(answer.bytes, Bytes{0x90, 0x00});
        return answer;
    }
    int powers = 0;
};

}  // namespace rakit::cards
