#pragma once

#include <filesystem>

#include "certify/reader/hands.hpp"

namespace rakit::certify {

/// CardHands moves a virtual card by its control socket, and the project's own reader by the reader's.
class CardHands final : public Hands {
public:
    /// `reader` is empty on vpcd.
    CardHands(std::filesystem::path card, std::filesystem::path reader)
        : x_card(std::move(card)), x_reader(std::move(reader)) {}
    bool unattended() const override { return true; }
    bool can(Deed deed) const override;
    Result<void> act(Deed deed, const std::string& what) override;
    std::chrono::milliseconds bound() const override { return std::chrono::seconds(10); }

private:
    std::filesystem::path x_card, x_reader;
};

}  // namespace rakit::certify
