#include "virtual_cards/printer/store.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "common/base/file.hpp"
#include "virtual_cards/printer/machine_json.hpp"

namespace rakit::printer {
namespace {

using nlohmann::json;

constexpr const char* kMachineFile = "printer.json";
constexpr const char* kCardFolder = "cards";

/// KeptCard writes itself after each command that changed it.
class KeptCard final : public cards::ImageCard {
public:
    KeptCard(std::unique_ptr<cards::ImageCard> card, Store& store) : x_card(std::move(card)), x_store(store) { keep(); }

    Bytes atr() const override { return x_card->atr(); }
    void power_on() override { x_card->power_on(); }
    void power_off() override { x_card->power_off(); }
    void remove() override { x_card->remove(); }
    void reset() override { x_card->reset(); }
    cards::Answer handle(ByteView command) override {
        auto answer = x_card->handle(command);
        keep();
        return answer;
    }
    cards::Image snapshot() const override { return x_card->snapshot(); }
    std::string serial() const override { return x_card->serial(); }
    std::optional<int> pin_tries(std::uint8_t reference) const override { return x_card->pin_tries(reference); }
    Result<void> arm(const json& fault) override {
        auto armed = x_card->arm(fault);
        keep();
        return armed;
    }
    void disarm() override {
        x_card->disarm();
        keep();
    }
    std::vector<json> faults() const override { return x_card->faults(); }
    cards::Latency latency() const override { return x_card->latency(); }
    void set_latency(cards::Latency latency) override {
        x_card->set_latency(latency);
        keep();
    }

private:
    void keep() {
        auto text = x_card->snapshot().document.dump();
        if (text == x_written) return;
        x_store.keep_card(serial(), text);
        x_written = std::move(text);
    }

    std::unique_ptr<cards::ImageCard> x_card;
    Store& x_store;
    std::string x_written;
};

Result<json> document_of(const std::filesystem::path& file) {
    const auto content = read_file(file);
    if (!content) return Unexpected{content.error()};
    auto value = json::parse(as_text(*content), nullptr, false);
    if (value.is_discarded()) return fail(ErrorCode::document_invalid, "not JSON", file.string());
    return value;
}

Result<std::unique_ptr<cards::ImageCard>> card_of(const std::filesystem::path& file) {
    auto image = document_of(file);
    if (!image) return Unexpected{std::move(image).error()};
    auto card = cards::open_image({std::move(*image)});
    if (!card) return Unexpected{std::move(card).error().in(file.string())};
    return card;
}

}  // namespace

Store::Store(std::filesystem::path folder, OnProblem problem)
    : x_folder(std::move(folder)), x_problem(std::move(problem)) {
    std::error_code none;  // where it can't be made, what is written into it says so
    std::filesystem::create_directories(x_folder / kCardFolder, none);
}

Result<std::optional<Store::Found>> Store::found() const {
    const auto file = x_folder / kMachineFile;
    if (std::error_code none; !std::filesystem::exists(file, none)) return std::nullopt;
    const auto value = document_of(file);
    if (!value) return Unexpected{value.error()};
    auto machine = machine_from(*value);
    if (!machine) return Unexpected{std::move(machine).error().in(file.string())};
    Found found{std::move(*machine), {}};
    std::set<std::string> read;  // of one that was taken out and loaded again, the last counts
    for (const auto& one : found.machine.cards) {
        if (!read.insert(one.card).second) continue;
        auto card = card_of(x_folder / kCardFolder / (one.card + ".json"));
        if (!card) return Unexpected{std::move(card).error()};
        found.cards.push_back(std::move(*card));
    }
    return found;
}

void Store::keep(const Machine& machine) {
    auto text = kept_json(machine).dump();
    const std::lock_guard lock(x_mutex);
    if (text == x_written) return;
    write(x_folder / kMachineFile, text);
    x_written = std::move(text);
}

std::unique_ptr<cards::ImageCard> Store::kept(std::unique_ptr<cards::ImageCard> card) {
    return std::make_unique<KeptCard>(std::move(card), *this);
}

void Store::keep_card(const std::string& serial, const std::string& image) {
    write(x_folder / kCardFolder / (serial + ".json"), image);
}

void Store::write(const std::filesystem::path& file, const std::string& text) {
    // Cards hold private keys.
    if (const auto written = write_file_atomically(file, as_bytes(text), 0600); !written) x_problem(written.error());
}

}  // namespace rakit::printer
