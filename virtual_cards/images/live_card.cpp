#include <nlohmann/json.hpp>

#include "virtual_cards/images/profile.hpp"
#include "virtual_cards/images/schemas.hpp"
#include "virtual_cards/os/apdu_link.hpp"

namespace rakit::cards {
namespace {

/// LiveCard joins a profile's application, plumbing and faults to a card with contacts.
class LiveCard final : public ImageCard {
public:
    LiveCard(std::unique_ptr<ProfileCard> card, const std::vector<Fault>& faults)
        : x_card(std::move(card)), x_link(x_card->applet()) {
        for (const auto& fault : faults) x_faults.arm(fault);
    }

    Bytes atr() const override { return x_card->atr(); }
    void power_on() override {
        reset();
        x_powered = true;
    }
    void power_off() override {
        reset();
        x_powered = false;
    }
    void reset() override {
        x_link.reset();
        x_card->applet().reset();
    }
    Answer handle(ByteView command) override;

    Image snapshot() const override { return x_card->snapshot(x_faults.faults()); }
    std::string serial() const override { return x_card->serial(); }
    std::optional<int> pin_tries(std::uint8_t reference) const override { return x_card->pin_tries(reference); }
    Result<void> arm(const nlohmann::json& fault) override {
        auto parsed = parse_fault(fault);
        if (!parsed) return Unexpected{std::move(parsed).error()};
        x_faults.arm(*parsed);
        return {};
    }
    void disarm() override { x_faults.disarm(); }

private:
    Answer gone(std::chrono::milliseconds delay) {
        power_off();
        return {{}, true, delay};
    }

    std::unique_ptr<ProfileCard> x_card;
    ApduLink x_link;
    FaultPlan x_faults;
    bool x_powered = true;
};

Answer LiveCard::handle(ByteView command) {
    if (!x_powered) return {{}, true, {}};
    if (x_faults.empty()) return {x_link.handle(command, {}), false, {}};
    const auto strike = x_faults.next(command);
    if (strike.lost_before) return gone(strike.delay);
    if (strike.answer) return {{strike.answer->sw1(), strike.answer->sw2()}, false, strike.delay};
    auto bytes = x_link.handle(command, strike.disturbance);
    if (strike.lost_after) return gone(strike.delay);
    return {std::move(bytes), false, strike.delay};
}

}  // namespace

Result<std::unique_ptr<ImageCard>> open_image(const Image& image) {
    document::Document checked;
    checked.file = "image";
    checked.value = image.document;
    document::check(checked, image_schema());
    if (!checked.findings.empty()) return fail(document::failure(checked.findings));
    auto faults = parse_faults(image.document);
    if (!faults) return Unexpected{std::move(faults).error()};
    auto card = find_profile(image.document)->open(image.document);
    if (!card) return Unexpected{std::move(card).error()};
    return std::unique_ptr<ImageCard>(std::make_unique<LiveCard>(std::move(*card), *faults));
}

}  // namespace rakit::cards
