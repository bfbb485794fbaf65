#pragma once

#include "virtual_cards/images/image.hpp"
#include "virtual_cards/os/pin_store.hpp"

namespace rakit::cards {

/// Fact is one thing about a card in a person's words. `subject` names it and stays the same while it changes:
/// "PIN 1", "key 45", "certificate 01AB on key 45", "file 3F00 5015 4403".
struct Fact {
    std::string subject;
    std::string text;
    std::string under = {};  ///< the subject of the fact that it belongs to, or a heading; empty: the top
    bool operator==(const Fact&) const = default;
};

/// describe_pin says how a PIN stands.
Fact describe_pin(const PinObject& pin);

/// describe decodes an image: the card, its PINs with their tries, the PKCS#15 objects, the files. Secrets are left
/// out. Failure: document_invalid. A directory that can't be decoded is a fact, not a failure.
Result<std::vector<Fact>> describe(const Image& image);

/// fact_tree writes facts as an indented tree, a line each: every fact below the one that it belongs to.
std::vector<std::string> fact_tree(const std::vector<Fact>& facts);

/// differences says what changed from one image to another, a line each; none for equal cards.
Result<std::vector<std::string>> differences(const Image& before, const Image& after);

}  // namespace rakit::cards
