#include "virtual_cards/os/apdu_link.hpp"

#include <algorithm>
#include <utility>

namespace rakit::cards {
namespace {

namespace sw = iso7816::sw;
constexpr std::uint8_t kChainingBit = 0x10;
constexpr std::uint8_t kGetResponse = 0xC0;

Bytes bare(iso7816::StatusWord status) { return {status.sw1(), status.sw2()}; }

}  // namespace

void ApduLink::reset() {
    x_chaining = false;
    x_chain = {};
    x_rest.clear();
}

Bytes ApduLink::handle(ByteView octets, const Disturbance& disturbance) {
    auto command = iso7816::parse_command(octets);
    if (!command || octets[0] == 0xFF) {
        reset();
        return bare(command ? sw::kClaNotSupported : sw::kWrongLength);
    }
    x_applet->arrived();
    // The interindustry class, or that of the command whose response waits.
    const auto plain_class = static_cast<std::uint8_t>(command->cla & ~kChainingBit);
    if (command->ins == kGetResponse && (plain_class == 0 || (plain_class == x_rest_class && !x_rest.empty())))
        return get_response(*command);
    x_rest.clear();
    if (x_chaining || (command->cla & 0x70) == kChainingBit) return collect(std::move(*command), disturbance);
    return deliver(x_applet->execute(*command, disturbance), *command);
}

Bytes ApduLink::collect(iso7816::CommandApdu&& command, const Disturbance& disturbance) {
    const bool last = (command.cla & kChainingBit) == 0;
    command.cla = static_cast<std::uint8_t>(command.cla & ~kChainingBit);
    if (!x_chaining) {
        x_chain = std::move(command);
        x_chaining = true;
        return bare(sw::kOk);
    }
    // Another command in the middle breaks the chain (ISO/IEC 7816-4 section 5.3.3); nothing of it is done.
    if (command.cla != x_chain.cla || command.ins != x_chain.ins || command.p1 != x_chain.p1 ||
        command.p2 != x_chain.p2) {
        reset();
        return bare(sw::kLastCommandOfChainExpected);
    }
    if (x_chain.data.size() + command.data.size() > kMaxChain) {
        reset();
        return bare(sw::kWrongLength);
    }
    append(x_chain.data, command.data);
    if (!last) return bare(sw::kOk);
    x_chain.ne = command.ne;
    const auto whole = std::move(x_chain);
    reset();
    return deliver(x_applet->execute(whole, disturbance), whole);
}

Bytes ApduLink::deliver(const iso7816::ResponseApdu& response, const iso7816::CommandApdu& command) {
    x_rest_class = command.cla;
    return deliver(response.data, command.ne == 0 ? x_applet->default_ne() : command.ne, response.sw);
}

Bytes ApduLink::deliver(ByteView data, std::size_t ne, iso7816::StatusWord status) {
    const std::size_t now = std::min(ne, data.size());
    Bytes answer;
    answer.reserve(now + 2);
    answer.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(now));
    const std::size_t left = data.size() - now;
    if (left > 0) {
        x_rest.assign(data.end() - static_cast<std::ptrdiff_t>(left), data.end());
        x_rest_status = status;
        status = iso7816::StatusWord(static_cast<std::uint16_t>(0x6100 | (left > 255 ? 0 : left)));
    }
    answer.push_back(status.sw1());
    answer.push_back(status.sw2());
    return answer;
}

Bytes ApduLink::get_response(const iso7816::CommandApdu& command) {
    if (command.p1 != 0 || command.p2 != 0) return bare(sw::kIncorrectP1P2);
    if (x_rest.empty()) return bare(sw::kConditionsNotSatisfied);
    if (command.ne == 0) return bare(sw::kWrongLength);
    const auto rest = std::exchange(x_rest, {});
    return deliver(rest, command.ne, x_rest_status);
}

}  // namespace rakit::cards
