#include "scenarios/links/in_process.hpp"

namespace rakit::scenarios {

class InProcessSlot::Link final : public CardLink {
public:
    explicit Link(InProcessSlot& slot) : x_slot(slot) {}

    bool connected() override {
        std::lock_guard lock(x_slot.x_mutex);
        return x_slot.x_powered;
    }

    Result<Bytes> power_on() override {
        std::lock_guard lock(x_slot.x_mutex);
        if (!x_slot.x_inserted) return fail(ErrorCode::card_absent, "there is no card");
        x_slot.x_card->power_on();
        x_slot.x_powered = true;
        Bytes atr = x_slot.x_card->atr();
        if (atr.size() < 2 || atr.size() > kMaxAtr) return fail(ErrorCode::card_mute, "the card has no proper ATR");
        return atr;
    }

    Result<void> reset() override {
        std::lock_guard lock(x_slot.x_mutex);
        if (!x_slot.x_powered) return fail(ErrorCode::card_removed, "the card is gone");
        x_slot.x_card->reset();
        return {};
    }

    Result<Bytes> exchange(ByteView command) override {
        std::lock_guard lock(x_slot.x_mutex);
        if (!x_slot.x_powered) return fail(ErrorCode::card_removed, "the card is gone");
        auto answer = x_slot.x_card->handle(command);
        if (answer.delay.count() > 0) x_slot.x_clock.sleep(answer.delay);
        if (!answer.drop) return std::move(answer.bytes);
        x_slot.lose_card();
        return fail(ErrorCode::card_removed, "the card is gone");
    }

private:
    static constexpr std::size_t kMaxAtr = 33;  // ISO/IEC 7816-3 section 8.2.1
    InProcessSlot& x_slot;
};

void InProcessSlot::lose_card() {
    if (x_powered) x_card->power_off();
    x_powered = false;
    if (x_inserted) x_card->remove();
    x_inserted = false;
}

void InProcessSlot::insert() {
    std::lock_guard lock(x_mutex);
    x_inserted = true;
}

void InProcessSlot::remove() {
    std::lock_guard lock(x_mutex);
    lose_card();
}

void InProcessSlot::exchange_card(cards::VirtualCard& card) {
    std::lock_guard lock(x_mutex);
    lose_card();
    x_card = &card;
    x_inserted = true;
}

bool InProcessSlot::inserted() const {
    std::lock_guard lock(x_mutex);
    return x_inserted;
}

void InProcessSlot::with_card(const std::function<void(cards::VirtualCard&)>& use) {
    std::lock_guard lock(x_mutex);
    use(*x_card);
}

std::unique_ptr<CardLink> InProcessSlot::link() { return std::make_unique<Link>(*this); }

}  // namespace rakit::scenarios
