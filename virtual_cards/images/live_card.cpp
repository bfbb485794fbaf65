#include <nlohmann/json.hpp>

#include "virtual_cards/applets/pkcs15/applet.hpp"
#include "virtual_cards/images/image_state.hpp"
#include "virtual_cards/images/schemas.hpp"
#include "virtual_cards/os/apdu_link.hpp"

namespace rakit::cards {
namespace {

/// Pkcs15Card joins applet, plumbing and faults to a card with contacts.
class Pkcs15Card final : public ImageCard {
public:
    explicit Pkcs15Card(Pkcs15Image image)
        : x_atr(std::move(image.atr)), x_applet(std::move(image.state)), x_link(x_applet) {
        for (auto& fault : image.faults) x_faults.arm(fault);
    }

    Bytes atr() const override { return x_atr; }
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
        x_applet.reset();
    }
    Answer handle(ByteView command) override;

    Image snapshot() const override { return to_image(x_atr, x_applet.state(), x_faults.faults()); }
    std::string serial() const override { return to_hex(x_applet.state().serial); }
    std::optional<int> pin_tries(std::uint8_t reference) const override {
        const auto* pin = x_applet.state().pins.find(reference);
        return pin == nullptr ? std::nullopt : std::optional<int>(pin->tries);
    }
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

    Bytes x_atr;
    pkcs15::Pkcs15Applet x_applet;
    ApduLink x_link;
    FaultPlan x_faults;
    bool x_powered = true;
};

Answer Pkcs15Card::handle(ByteView command) {
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
    auto parsed = read_image(image.document);
    if (!parsed) return Unexpected{std::move(parsed).error()};
    return std::unique_ptr<ImageCard>(std::make_unique<Pkcs15Card>(std::move(*parsed)));
}

}  // namespace rakit::cards
