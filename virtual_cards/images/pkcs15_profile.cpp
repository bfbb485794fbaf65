#include "virtual_cards/images/pkcs15_profile.hpp"
#include "virtual_cards/applets/pkcs15/applet.hpp"
#include "virtual_cards/images/check_document.hpp"
#include "virtual_cards/images/image_state.hpp"
#include "virtual_cards/images/pin_store_card.hpp"

namespace rakit::cards {
namespace {

using Pkcs15Card = PinStoreCard<pkcs15::Pkcs15Applet, pkcs15::State, to_image>;

Result<std::unique_ptr<ProfileCard>> open(const nlohmann::json& document) {
    auto parsed = read_image(document);
    if (!parsed) return Unexpected{std::move(parsed).error()};
    return std::unique_ptr<ProfileCard>(std::make_unique<Pkcs15Card>(std::move(parsed->atr), std::move(parsed->state)));
}

}  // namespace

const Profile kPkcs15Profile{"pkcs15", open, check_pkcs15_recipe, personalise_pkcs15, describe_pkcs15};

}  // namespace rakit::cards
