#include "virtual_cards/applets/piv/applet.hpp"
#include "virtual_cards/images/piv_image.hpp"
#include "virtual_cards/images/profile.hpp"

namespace rakit::cards {
namespace {

class PivCard final : public ProfileCard {
public:
    explicit PivCard(PivImage image) : x_atr(std::move(image.atr)), x_applet(std::move(image.state)) {}

    Applet& applet() override { return x_applet; }
    Bytes atr() const override { return x_atr; }
    Image snapshot(const std::vector<Fault>& faults) const override {
        return to_piv_image(x_atr, x_applet.state(), faults);
    }
    std::string serial() const override { return piv_serial(x_applet.state()); }
    std::optional<int> pin_tries(std::uint8_t reference) const override {
        const auto& pins = x_applet.state().pins;
        const auto pin = pins.find(reference);
        return pin == pins.end() ? std::nullopt : std::optional<int>(pin->second.tries);
    }

private:
    Bytes x_atr;
    piv::PivApplet x_applet;
};

Result<std::unique_ptr<ProfileCard>> open(const nlohmann::json& document) {
    auto parsed = read_piv_image(document);
    if (!parsed) return Unexpected{std::move(parsed).error()};
    return std::unique_ptr<ProfileCard>(std::make_unique<PivCard>(std::move(*parsed)));
}

}  // namespace

const Profile kPivProfile{"piv", open, check_piv_recipe, personalise_piv, describe_piv};

}  // namespace rakit::cards
