#pragma once

#include "virtual_cards/images/profile.hpp"

namespace rakit::cards {

/// PinStoreCard is the ProfileCard of an application whose state has a serial number and a PinStore. `kToImage` writes
/// that state as an image.
template <class CardApplet, class State, Image (*kToImage)(ByteView, const State&)>
class PinStoreCard final : public ProfileCard {
public:
    PinStoreCard(Bytes atr, State state) : x_atr(std::move(atr)), x_applet(std::move(state)) {}

    Applet& applet() override { return x_applet; }
    Bytes atr() const override { return x_atr; }
    Image snapshot() const override { return kToImage(x_atr, x_applet.state()); }
    std::string serial() const override { return to_hex(x_applet.state().serial); }
    std::optional<int> pin_tries(std::uint8_t reference) const override {
        const auto* pin = x_applet.state().pins.find(reference);
        return pin == nullptr ? std::nullopt : std::optional<int>(pin->tries);
    }

private:
    Bytes x_atr;
    CardApplet x_applet;
};

}  // namespace rakit::cards
