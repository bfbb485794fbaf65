#include <array>
#include <nlohmann/json.hpp>

#include "virtual_cards/applets/tester/applet.hpp"
#include "virtual_cards/images/check_document.hpp"
#include "virtual_cards/images/image_parts.hpp"
#include "virtual_cards/images/profile.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;
using tester::Counters;

/// T=1, historical octets "RAKIT-T1".
constexpr std::string_view kTesterAtr = "3B88800152414B49542D543104";

constexpr std::array kCounters{std::pair{"power_ons", &Counters::power_ons},
                               std::pair{"cold_resets", &Counters::cold_resets},
                               std::pair{"warm_resets", &Counters::warm_resets}, std::pair{"apdus", &Counters::apdus},
                               std::pair{"stamps", &Counters::stamps}};

Image to_image(ByteView atr, const tester::State& state, const std::vector<Fault>& faults) {
    json document{{"kind", "card-image"},           {"version", 1},         {"profile", "tester"}, {"atr", to_hex(atr)},
                  {"serial", to_hex(state.serial)}, {"pins", json::array()}};
    for (const auto& pin : state.pins.pins()) document["pins"].push_back(pin_to_json(pin));
    for (const auto& [name, member] : kCounters) document["counters"][name] = state.counters.*member;
    for (const auto& fault : faults)
        if (!spent(fault)) document["faults"].push_back(to_json(fault));
    return {std::move(document)};
}

class TesterCard final : public ProfileCard {
public:
    TesterCard(Bytes atr, tester::State state) : x_atr(std::move(atr)), x_applet(std::move(state)) {}

    Applet& applet() override { return x_applet; }
    Bytes atr() const override { return x_atr; }
    Image snapshot(const std::vector<Fault>& faults) const override {
        return to_image(x_atr, x_applet.state(), faults);
    }
    std::string serial() const override { return to_hex(x_applet.state().serial); }
    std::optional<int> pin_tries(std::uint8_t reference) const override {
        const auto* pin = x_applet.state().pins.find(reference);
        return pin == nullptr ? std::nullopt : std::optional<int>(pin->tries);
    }

private:
    Bytes x_atr;
    tester::TesterApplet x_applet;
};

Result<tester::State> read_state(const json& image) {
    tester::State state;
    const auto serial = hex(image, "serial");
    std::copy_n(serial.begin(), state.serial.size(), state.serial.begin());
    for (const auto& entry : image.at("pins")) {
        auto pin = read_pin(entry);
        if (!pin) return fail(std::move(pin).error());
        state.pins.put(std::move(*pin));
    }
    for (const auto& [name, member] : kCounters)
        state.counters.*member = image.at("counters").value(name, std::uint32_t{0});
    return state;
}

Result<Image> personalise_tester(const json& recipe, const ImageWish& wish, CertificateIssuer&) {
    tester::State state;
    if (auto done = set_serial(state.serial, recipe, wish); !done) return fail(std::move(done).error());
    for (const auto& entry : recipe.at("pins")) {
        auto pin = pin_of_recipe(entry);
        if (!pin) return fail(std::move(pin).error());
        if (pin->reference != 1) return fail(ErrorCode::document_invalid, "the tester's PIN has reference 1", "pins");
        state.pins.put(std::move(*pin));
    }
    const auto faults = parse_faults(recipe);
    if (!faults) return fail(faults.error());
    const auto atr = recipe.value("atr", std::string(kTesterAtr));
    return to_image(*from_hex(atr), state, *faults);
}

Result<std::unique_ptr<ProfileCard>> open(const json& image) {
    auto state = read_state(image);
    if (!state) return fail(std::move(state).error());
    return std::unique_ptr<ProfileCard>(std::make_unique<TesterCard>(hex(image, "atr"), std::move(*state)));
}

Result<std::vector<Fact>> describe_tester(const Image& image) {
    const auto state = read_state(image.document);
    if (!state) return fail(state.error());
    std::vector<Fact> facts{{"card", "tester, serial number " + to_hex(state->serial)}};
    for (const auto& pin : state->pins.pins()) facts.push_back(describe_pin(pin));
    for (const auto& [name, member] : kCounters)
        facts.push_back({name, std::to_string(state->counters.*member), "card"});
    return facts;
}

}  // namespace

const Profile kTesterProfile{"tester", open, check_pkcs15_recipe, personalise_tester, describe_tester};

}  // namespace rakit::cards
