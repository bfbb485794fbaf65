#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "virtual_cards/images/image.hpp"
#include "virtual_cards/os/pin_store.hpp"

namespace rakit::cards {

/// What the images and recipes of all profiles share. The schemas have checked types and lengths.

/// invalid is the failure for what the schemas can't say: document_invalid. `where` is a file's path or a part's name,
/// by which at_its_place finds the place.
Unexpected invalid(std::string what, std::string where);

/// hex gives an image's octets; none if they aren't there.
Bytes hex(const nlohmann::json& object, const char* key);

/// read_pin reads an image's PIN; pin_to_json writes it. Failure: document_invalid.
Result<PinObject> read_pin(const nlohmann::json& entry);
nlohmann::json pin_to_json(const PinObject& pin);
/// pin_of_recipe reads a recipe's PIN. Failure: document_invalid.
Result<PinObject> pin_of_recipe(const nlohmann::json& recipe);
/// set_pin_values reads `value` and `puk` as a card keeps them: characters, FF up to eight octets; `hex:` and 16 digits
/// are taken as they are. Failure: document_invalid.
Result<void> set_pin_values(const nlohmann::json& entry, PinObject& pin);

/// label_of gives a recipe's label.
std::string label_of(const nlohmann::json& recipe);

/// SerialWords are a profile's words for its serial number: in a failure, and for the stream of random numbers.
struct SerialWords {
    std::string name = "a serial number";
    std::string stream = "card serial";
};

/// set_serial fills a card's serial number from the wish, else the recipe, else seed and label, so that different cards
/// of one seed have different ones: software caches by it. A shorter one is filled up on the left. True: it was made
/// up. Failure: document_invalid.
Result<bool> set_serial(std::span<std::uint8_t> serial, const SerialWords& words, const nlohmann::json& recipe,
                        const ImageWish& wish);

}  // namespace rakit::cards
