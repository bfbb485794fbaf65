#include "reference/card/card_pins.hpp"

#include <algorithm>

namespace rakit::reference {
namespace {

namespace sw = iso7816::sw;

constexpr std::uint8_t kVerify = 0x20;

iso7816::CommandApdu verify_command(const PinState& pin) {
    iso7816::CommandApdu command;
    command.ins = kVerify;
    command.p2 = pin.reference;
    return command;
}

}  // namespace

std::string prompt_name(const PinState& pin) { return pin.label.empty() ? "PIN " + pin.id : pin.label; }

Result<void> send_verify(ApduChannel& card, const PinState& pin, const Pin& value) {
    if (value.size() < pin.min_length || value.size() > pin.max_length)
        return fail(ErrorCode::pin_malformed, prompt_name(pin) + " has " + std::to_string(pin.min_length) + " to " +
                                                  std::to_string(pin.max_length) + " characters");
    // FF is the padding: four of them would be no PIN at all, and cost a try.
    const auto untypable = [](std::uint8_t octet) { return octet < 0x20 || octet == 0x7F || octet == 0xFF; };
    if (std::ranges::any_of(value.digits(), untypable))
        return fail(ErrorCode::pin_malformed, prompt_name(pin) + " has characters that no keyboard gives");
    auto verify = verify_command(pin);
    verify.data.assign(std::max(pin.stored_length, value.size()), pin.pad);
    std::ranges::copy(value.digits(), verify.data.begin());
    auto response = card.send(verify);
    wipe(verify.data.data(), verify.data.size());
    if (!response) return fail(std::move(response).error().in(prompt_name(pin)));
    const auto status = response->sw;
    const std::string where = "INS 20 SW " + iso7816::to_string(status);
    if (status.ok()) return {};
    if (status == sw::kAuthenticationBlocked || status == sw::kReferenceDataNotUsable || status.tries_left() == 0)
        return fail(ErrorCode::pin_blocked, prompt_name(pin) + " is blocked: 0 tries left", where);
    if (const auto left = status.tries_left())
        return fail(ErrorCode::pin_wrong, std::to_string(*left) + (*left == 1 ? " try left" : " tries left"), where);
    if (status == iso7816::StatusWord(0x6300)) return fail(ErrorCode::pin_wrong, prompt_name(pin) + " is wrong", where);
    return fail(ErrorCode::card_write_failed, prompt_name(pin) + ": the card refused", where);
}

Result<std::optional<int>> ask_tries(ApduChannel& card, const PinState& pin) {
    auto response = card.send(verify_command(pin));
    if (!response) return fail(std::move(response).error().in(prompt_name(pin)));
    if (response->sw == sw::kAuthenticationBlocked) return std::optional<int>(0);
    return response->sw.tries_left();
}

}  // namespace rakit::reference
