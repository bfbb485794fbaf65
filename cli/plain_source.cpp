#include "cli/card_source.hpp"

namespace rakit::cli {
namespace {

class PlainCard final : public cards::ImageCard {
public:
    Bytes atr() const override { return {0x3B, 0x85, 0x80, 0x01, 0x4F, 0x73, 0x45, 0x49, 0x44, 0x70}; }
    void power_on() override {}
    void power_off() override {}
    void reset() override {}
    cards::Answer handle(ByteView) override { return {{0x90, 0x00}, false, {}}; }
    cards::Image snapshot() const override { return {nlohmann::json::object()}; }
    std::string serial() const override { return "00"; }
    std::optional<int> pin_tries(std::uint8_t) const override { return std::nullopt; }
    Result<void> arm(const nlohmann::json&) override { return fail(ErrorCode::unsupported, "this card has no faults"); }
    void disarm() override {}
};

}  // namespace

Result<std::unique_ptr<cards::ImageCard>> open_card(const std::string& name) {
    if (name != "null") return fail(ErrorCode::unsupported, "built without card images; there is only the card null", name);
    return std::unique_ptr<cards::ImageCard>(new PlainCard);
}

}  // namespace rakit::cli
