#include <nlohmann/json.hpp>

#include "virtual_cards/images/profile.hpp"
#include "virtual_cards/images/schemas.hpp"
#include "virtual_cards/os/apdu_link.hpp"

namespace rakit::cards {
namespace {

/// LiveCard joins a profile's application, plumbing, faults and latency to a card with contacts.
class LiveCard final : public ImageCard {
public:
    LiveCard(std::unique_ptr<ProfileCard> card, const std::vector<Fault>& faults, Latency latency)
        : x_card(std::move(card)), x_link(x_card->applet()), x_latency(latency) {
        for (const auto& fault : faults) x_faults.arm(fault);
    }

    Bytes atr() const override { return x_card->atr(); }
    void power_on() override {
        x_link.reset();
        x_card->applet().power_on();
        x_powered = true;
    }
    void power_off() override {
        x_link.reset();
        x_card->applet().power_off();
        x_powered = false;
    }
    void remove() override { x_card->applet().remove(); }
    void reset() override {
        x_link.reset();
        x_card->applet().reset();
    }
    Answer handle(ByteView command) override;

    Image snapshot() const override;
    std::string serial() const override { return x_card->serial(); }
    std::optional<int> pin_tries(std::uint8_t reference) const override { return x_card->pin_tries(reference); }
    Result<void> arm(const nlohmann::json& fault) override;
    void disarm() override { x_faults.disarm(); }
    std::vector<nlohmann::json> faults() const override;
    Latency latency() const override { return x_latency; }
    void set_latency(Latency latency) override { x_latency = latency; }

private:
    Answer gone(const Strike& strike, std::chrono::milliseconds delay);
    Answer execute(ByteView command, const Strike& strike);

    std::unique_ptr<ProfileCard> x_card;
    ApduLink x_link;
    FaultPlan x_faults;
    Latency x_latency;
    bool x_powered = true;
};

Answer LiveCard::gone(const Strike& strike, std::chrono::milliseconds delay) {
    power_off();
    if (strike.pulled) remove();
    return {{}, true, delay};
}

Answer LiveCard::handle(ByteView command) {
    if (!x_powered) return {{}, true, {}};
    if (x_faults.empty()) return execute(command, {});
    const auto strike = x_faults.next(command);
    if (strike.lost_before) return gone(strike, strike.delay);
    if (strike.answer) return {{strike.answer->sw1(), strike.answer->sw2()}, false, strike.delay};
    if (strike.reset) reset();
    auto answer = execute(command, strike);
    return strike.lost_after ? gone(strike, answer.delay) : std::move(answer);
}

Answer LiveCard::execute(ByteView command, const Strike& strike) {
    auto bytes = x_link.handle(command, strike.disturbance);
    const auto effort = x_card->applet().take_effort();
    auto delay = strike.delay + effort.wait;
    if (effort.operation) delay += time_of(x_latency, *effort.operation);
    return {std::move(bytes), false, delay};
}

Image LiveCard::snapshot() const {
    auto image = x_card->snapshot(x_faults.faults());
    if (x_latency != Latency::instant) image.document["latency"] = name(x_latency);
    return image;
}

Result<void> LiveCard::arm(const nlohmann::json& fault) {
    auto parsed = parse_fault(fault);
    if (!parsed) return Unexpected{std::move(parsed).error()};
    x_faults.arm(*parsed);
    return {};
}

std::vector<nlohmann::json> LiveCard::faults() const {
    std::vector<nlohmann::json> list;
    for (const auto& fault : x_faults.faults())
        if (!spent(fault)) list.push_back(to_json(fault));
    return list;
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
    // The schema knows no others.
    const auto latency = latency_from_name(image.document.value("latency", std::string()));
    return std::unique_ptr<ImageCard>(
        std::make_unique<LiveCard>(std::move(*card), *faults, latency.value_or(Latency::instant)));
}

}  // namespace rakit::cards
