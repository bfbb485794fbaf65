#pragma once

#include "virtual_cards/applets/piv/state.hpp"
#include "virtual_cards/faults/fault_plan.hpp"
#include "virtual_cards/images/describe.hpp"

namespace rakit::document {
struct Document;
}

namespace rakit::cards {

/// PivImage is a `piv` image, parsed but for its faults.
struct PivImage {
    Bytes atr;
    piv::State state;
};

/// kPivAtr has the historical bytes of SP 800-73's cards, by which OpenSC knows them with their EC keys.
inline constexpr std::string_view kPivAtr = "3B8B800180F9A00000030800001000C8";

/// to_piv_image writes what read_piv_image reads.
Image to_piv_image(ByteView atr, const piv::State& state, const std::vector<Fault>& faults);

/// read_piv_image parses a document that fits the image schema. Failure: document_invalid for what the schema can't
/// say (a key that is none of its slot's type, a management key of the wrong length, objects over the memory limit).
Result<PivImage> read_piv_image(const nlohmann::json& document);

/// piv_serial is the card's serial number in upper-case hex: the GUID of its CHUID, or the one it was made with.
std::string piv_serial(const piv::State& state);

/// read_piv_pin reads a PIN or PUK of an image or a recipe; the number of tries is left to the caller.
Result<piv::ReferenceData> read_piv_pin(const nlohmann::json& entry);

/// read_management_key reads `algorithm` and `value` (hex). Failure: document_invalid.
Result<piv::ManagementKey> read_management_key(const nlohmann::json& entry);

/// piv_tag reads a data object's tag, six digits, as the schema has checked.
std::uint32_t piv_tag(const std::string& text);

/// Policies by their names: never, once, always; never, always, cached.
piv::PinPolicy pin_policy_of(const std::string& name);
piv::TouchPolicy touch_policy_of(const std::string& name);
std::string name_of(piv::PinPolicy policy);
std::string name_of(piv::TouchPolicy policy);

Result<Image> personalise_piv(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer);
void check_piv_recipe(document::Document& recipe);
Result<std::vector<Fact>> describe_piv(const Image& image);

}  // namespace rakit::cards
