#include "virtual_cards/images/pkcs15_profile.hpp"
#include "virtual_cards/applets/pkcs15/applet.hpp"
#include "virtual_cards/images/check_document.hpp"
#include "virtual_cards/images/image_state.hpp"
#include "virtual_cards/images/profile.hpp"

namespace rakit::cards {
namespace {

class Pkcs15Card final : public ProfileCard {
public:
    explicit Pkcs15Card(Pkcs15Image image) : x_atr(std::move(image.atr)), x_applet(std::move(image.state)) {}

    Applet& applet() override { return x_applet; }
    Bytes atr() const override { return x_atr; }
    Image snapshot(const std::vector<Fault>& faults) const override {
        return to_image(x_atr, x_applet.state(), faults);
    }
    std::string serial() const override { return to_hex(x_applet.state().serial); }
    std::optional<int> pin_tries(std::uint8_t reference) const override {
        const auto* pin = x_applet.state().pins.find(reference);
        return pin == nullptr ? std::nullopt : std::optional<int>(pin->tries);
    }

private:
    Bytes x_atr;
    pkcs15::Pkcs15Applet x_applet;
};

Result<std::unique_ptr<ProfileCard>> open(const nlohmann::json& document) {
    auto parsed = read_image(document);
    if (!parsed) return Unexpected{std::move(parsed).error()};
    return std::unique_ptr<ProfileCard>(std::make_unique<Pkcs15Card>(std::move(*parsed)));
}

}  // namespace

const Profile kPkcs15Profile{"pkcs15", open, check_pkcs15_recipe, personalise_pkcs15, describe_pkcs15};

}  // namespace rakit::cards
