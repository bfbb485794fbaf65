#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "scenarios/runner/real_card.hpp"

namespace rakit::cli {

/// RealCardOptions are those of `rakit run --depth reader`.
struct RealCardOptions {
    std::string reader;
    int pin_fd = -1;
    bool write = false;                                 ///< to a card that isn't the test card, without asking
    const std::map<std::string, Pin>* known = nullptr;  ///< PINs by prompt, where nobody need be asked; borrowed
    std::string slot;  ///< control socket of the virtual card that lends its slot; then there is nothing to agree on

    bool any() const { return !reader.empty() || pin_fd >= 0 || write || !slot.empty(); }
};

/// give_back has the card whose slot was borrowed put in again, and returns once it is seen, if it is.
void give_back(const RealCardOptions& options);

void add_real_card_options(CLI::App& verb, RealCardOptions& options);

/// agree_on_card looks at the card in the reader, has the person there agree that it is written to unless it is the
/// test card, and gets its PINs, each once, from the descriptor or at the terminal; `pins`: false if the person types
/// them into the RA. Nothing is written, no PIN tried. Failures: reader_called's and read_pcsc_card's, cancelled
/// (nobody agreed), prompt_unavailable (nobody to ask, or a line of the descriptor that is no PIN of this card).
Result<scenarios::CardTerms> agree_on_card(const RealCardOptions& options, bool pins);

/// terms_from reads what agree_on_card's process says to a worker. Failure: document_invalid.
Result<scenarios::CardTerms> terms_from(int fd);

}  // namespace rakit::cli
