#include "virtual_cards/serve/card_end.hpp"

#include "virtual_cards/serve/vpcd_frame.hpp"

namespace rakit::cards {

Answer CardEnd::on_payload(ByteView payload) {
    switch (classify(payload)) {
        case VpcdMessage::power_off:
            if (x_powered) x_card.power_off();
            x_powered = false;
            return {};
        case VpcdMessage::power_on:
            x_powered = true;
            ++x_counters.power_ons;
            x_card.power_on();
            return {};
        case VpcdMessage::reset:
            ++x_counters.resets;
            x_card.reset();
            return {};
        case VpcdMessage::get_atr: {
            Answer answer;
            answer.bytes = x_atr ? *x_atr : x_card.atr();
            answer.drop = answer.bytes.empty();
            return answer;
        }
        case VpcdMessage::command: break;
    }
    ++x_counters.commands;
    Answer answer = x_card.handle(payload);
    if (!answer.drop && (answer.bytes.size() < 2 || answer.bytes.size() > kMaxVpcdPayload)) answer.bytes = {0x6F, 0x00};
    return answer;
}

void CardEnd::on_link_gone() {
    if (x_powered) x_card.power_off();
    x_powered = false;
    x_card.remove();
}

}  // namespace rakit::cards
