#include <utility>

#include "virtual_cards/reader/exchange.hpp"

namespace rakit::reader {
namespace {

constexpr std::size_t kStatus = 2;
constexpr std::size_t kLong = 1000;
constexpr std::size_t kOverlong = 16;
constexpr std::uint8_t kGetResponse = 0xC0;

void cut_data(Bytes& answer, std::size_t limit) {
    if (answer.size() <= limit + kStatus) return;
    answer.erase(answer.begin() + static_cast<std::ptrdiff_t>(limit), answer.end() - kStatus);
}

void bend_data(const Faults& faults, Bytes& answer) {
    if (faults.has(Fault::cut_at_256)) cut_data(answer, 256);
    if (faults.has(Fault::cut_at_128)) cut_data(answer, 128);
    const auto data = answer.size() - kStatus;
    if (data > 0 && faults.has(Fault::doubles_octet)) answer.insert(answer.begin(), answer.front());
    if (data > 0 && faults.has(Fault::loses_last_octet)) answer.erase(answer.end() - kStatus - 1);
    if (data > kLong && faults.has(Fault::flips_bit)) answer[data / 2] ^= 0x01;
}

void bend_status(const Faults& faults, Bytes& answer) {
    const auto sw1 = answer[answer.size() - kStatus];
    if (faults.has(Fault::eats_6c) && sw1 == 0x6C) answer = {0x67, 0x00};
    const bool success = faults.has(Fault::status_always_9000) || (faults.has(Fault::eats_61) && sw1 == 0x61);
    if (!success) return;
    answer[answer.size() - kStatus] = 0x90;
    answer.back() = 0x00;
}

/// repeat_part gives the data of a chain's first part with the status word of the part at hand.
void repeat_part(Memory& memory, const Bytes& command, Bytes& answer) {
    if (command.size() < 2 || command[1] != kGetResponse) {
        memory.first_part.clear();
        return;
    }
    if (memory.first_part.empty()) memory.first_part.assign(answer.begin(), answer.end() - kStatus);
    const Bytes status(answer.end() - kStatus, answer.end());
    answer = concat({memory.first_part, status});
}

}  // namespace

void bend_answer(const Faults& faults, Memory& memory, Exchange& exchange) {
    auto& answer = exchange.answer;
    if (answer.size() < kStatus) return;
    if (faults.has(Fault::repeats_first_part)) repeat_part(memory, exchange.command, answer);
    bend_data(faults, answer);
    bend_status(faults, answer);
    if (faults.has(Fault::answers_previous)) {
        auto now = answer;
        if (!memory.previous.empty()) answer = std::move(memory.previous);
        memory.previous = std::move(now);
    }
    if (faults.has(Fault::overlong_length) && answer.size() >= kOverlong) exchange.overlong = kOverlong;
}

}  // namespace rakit::reader
