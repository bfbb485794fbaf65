#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "virtual_cards/images/certificate_issuer.hpp"
#include "virtual_cards/os/latency.hpp"
#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::cards {

/// Image is a card's whole state as a value (docs/formats/card.md): what `rakit card new` writes and a card is made
/// from.
struct Image {
    nlohmann::json document;
    bool operator==(const Image&) const = default;
};

class MadeKeys;

/// ImageWish is what a recipe or a built-in image may be asked to have besides.
struct ImageWish {
    std::optional<std::string> serial;  ///< hex; else from the seed
    std::uint64_t seed = 1;
    unsigned copy = 0;  ///< so many cards of the same recipe are in use already: another serial number, if it's made up
    MadeKeys* made_keys = nullptr;  ///< where keys are looked for before they are made; borrowed
};

/// ImageCard is a virtual card whose state can be taken out again.
class ImageCard : public VirtualCard {
public:
    /// snapshot copies the state that survives power-off.
    virtual Image snapshot() const = 0;
    /// serial is the card's serial number in upper-case hex.
    virtual std::string serial() const = 0;
    /// pin_tries tells the tries left of a PIN reference, for judging from outside.
    virtual std::optional<int> pin_tries(std::uint8_t reference) const = 0;
    /// arm adds a fault (docs/formats/card.md, faults), as JSON. Failure: document_invalid.
    virtual Result<void> arm(const nlohmann::json& fault) = 0;
    /// disarm removes all faults.
    virtual void disarm() = 0;
    /// faults gives those that still strike, as arm() takes them.
    virtual std::vector<nlohmann::json> faults() const = 0;
    virtual Latency latency() const = 0;
    virtual void set_latency(Latency latency) = 0;
};

/// built_in_images names what make_image knows without a file.
std::vector<std::string> built_in_images();

/// make_image gives a built-in by its name, or reads a recipe or an image from a file. Failures: document_invalid with
/// each finding's file:line:column, file_unreadable.
Result<Image> make_image(const std::string& name_or_file, const ImageWish& wish, CertificateIssuer& issuer);

/// personalise makes an image from a recipe's document (already checked against its schema). Failure: document_invalid.
Result<Image> personalise(const nlohmann::json& recipe, const ImageWish& wish, CertificateIssuer& issuer);

/// open_image makes a live card. Failure: document_invalid.
Result<std::unique_ptr<ImageCard>> open_image(const Image& image);

/// to_yaml writes an image as people read it; read back it is equal.
std::string to_yaml(const Image& image);

}  // namespace rakit::cards
