#include "common/iso7816/apdu.hpp"
#include "virtual_cards/reader/exchange.hpp"

namespace rakit::reader {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kHeader = 4;
constexpr std::size_t kShortDataCut = 254;
constexpr std::size_t kExtendedDataCut = 2048;
constexpr std::uint8_t kChaining = 0x10;
constexpr milliseconds kSlow{3000};
constexpr milliseconds kHiccup{50};
constexpr milliseconds kStall{1500};
constexpr unsigned kHiccupEvery = 40;
constexpr unsigned kStallEvery = 150;
constexpr unsigned kFailureEvery = 500;

const Bytes kSuccess{0x90, 0x00};

void delay(const Faults& faults, const Memory& memory, Exchange& exchange) {
    if (faults.has(Fault::slow_3_s) && exchange.command.size() <= kHeader + 1) exchange.delay += kSlow;
    if (faults.has(Fault::hiccups) && memory.commands % kHiccupEvery == 0) exchange.delay += kHiccup;
    if (faults.has(Fault::stalls) && memory.commands % kStallEvery == 0) exchange.delay += kStall;
}

void refuse(const Faults& faults, const Memory& memory, Exchange& exchange) {
    if (faults.has(Fault::fails_now_and_then) && memory.commands % kFailureEvery == 0)
        exchange.outcome = Outcome::communication;
    if (faults.has(Fault::stuck_after_refusal) && memory.stuck) exchange.outcome = Outcome::communication;
    if (faults.has(Fault::case_1_refused) && exchange.command.size() == kHeader)
        exchange.outcome = Outcome::communication;
    if (faults.has(Fault::short_command_taken) && exchange.command.size() < kHeader) exchange.answer = kSuccess;
    if (faults.has(Fault::extended_refused_with_success) && is_extended(exchange.command)) exchange.answer = kSuccess;
}

void bend_le(const Faults& faults, const iso7816::CommandApdu& command, Bytes& octets) {
    if (command.ne == 0 || command.extended) return;
    if (faults.has(Fault::le_00_dropped) && octets.back() == 0)
        octets.pop_back();
    else if (faults.has(Fault::case_4_without_data) && !command.data.empty())
        octets.erase(octets.begin() + kHeader, octets.end() - 1);
    else if (faults.has(Fault::wrong_le))
        --octets.back();
}

/// cut_data takes command data away, and what Lc said of them.
void cut_data(iso7816::CommandApdu command, std::size_t limit, Bytes& octets) {
    if (command.data.size() <= limit) return;
    command.data.resize(limit);
    octets = iso7816::encode(command);
}

}  // namespace

bool is_extended(ByteView command) { return command.size() > kHeader + 2 && command[kHeader] == 0; }

void bend_command(const Faults& faults, Memory& memory, Exchange& exchange) {
    ++memory.commands;
    delay(faults, memory, exchange);
    refuse(faults, memory, exchange);
    if (exchange.outcome || !exchange.answer.empty()) return;
    const auto command = iso7816::parse_command(exchange.command);
    if (!command) return;
    bend_le(faults, *command, exchange.command);
    if (faults.has(Fault::command_cut_at_254) && !command->extended)
        cut_data(*command, kShortDataCut, exchange.command);
    if (faults.has(Fault::extended_command_cut) && command->extended)
        cut_data(*command, kExtendedDataCut, exchange.command);
    if (faults.has(Fault::chaining_broken))
        exchange.command[0] = static_cast<std::uint8_t>(exchange.command[0] & ~kChaining);
    if (faults.has(Fault::sends_twice)) exchange.sendings = 2;
}

}  // namespace rakit::reader
