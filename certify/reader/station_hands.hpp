#pragma once

#include <filesystem>
#include <memory>

#include "certify/reader/hands.hpp"
#include "reference/printer/card_printer.hpp"

namespace rakit::certify {

/// StationHands moves cards in a card printer: in the reader is what the contacts are closed on.
class StationHands final : public Hands {
public:
    /// `control` is the operator's socket of an emulated printer, empty for a real one: then cards must lie in the
    /// feeder. `image` is what goes into an emulated printer's hopper when it is empty.
    StationHands(std::unique_ptr<reference::CardPrinter> printer, std::filesystem::path control, std::string image)
        : x_printer(std::move(printer)), x_control(std::move(control)), x_image(std::move(image)) {}
    bool unattended() const override { return true; }
    bool can(Deed deed) const override { return deed == Deed::insert || deed == Deed::remove; }
    Result<void> act(Deed deed, const std::string& what) override;
    std::chrono::milliseconds bound() const override { return std::chrono::seconds(20); }

    reference::CardPrinter& printer() { return *x_printer; }
    const std::filesystem::path& control() const { return x_control; }
    /// refill puts a card into the hopper of an emulated printer; nothing for a real one.
    Result<void> refill();

private:
    std::unique_ptr<reference::CardPrinter> x_printer;
    std::filesystem::path x_control;
    std::string x_image;
};

}  // namespace rakit::certify
