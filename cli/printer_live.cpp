#include "cli/printer_live.hpp"

#include "cli/verbs.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"

namespace rakit::cli {
namespace {

/// CardShop makes cards; each further one of an image gets a serial number of its own. The issuers' keys are made once,
/// with the first card: that takes longer than all the rest of a card.
class CardShop {
public:
    Result<std::unique_ptr<cards::ImageCard>> make(const std::string& image, const std::string& serial) {
        if (!x_hierarchy) {
            auto made = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
            if (!made) return Unexpected{std::move(made).error()};
            x_hierarchy.emplace(std::move(*made));
        }
        cards::ImageWish wish;
        if (!serial.empty()) wish.serial = serial;
        wish.copy = serial.empty() ? x_copies[image]++ : 0;
        scenarios::HierarchyIssuer issuer(*x_hierarchy);
        return cards::make_image(image, wish, issuer).and_then(cards::open_image);
    }

private:
    std::map<std::string, unsigned> x_copies;
    std::optional<cm::Hierarchy> x_hierarchy;
};

printer::OpenCard numbered_cards() {
    return [shop = std::make_shared<CardShop>()](const std::string& image, const std::string& serial) {
        return shop->make(image, serial);
    };
}

printer::Store* kept_in(std::optional<printer::Store>& store, const std::filesystem::path& folder) {
    if (folder.empty()) return nullptr;
    return &store.emplace(folder, [](const Error& error) { report(error, kFailed); });
}

}  // namespace

LivePrinter::LivePrinter(const LivePrinterWish& wish)
    : x_open(numbered_cards()),
      x_contacts(x_bank, wish.station),
      x_unit({wish.model, wish.capacity, x_open, wish.faces, kept_in(x_store, wish.state)}, x_bank, x_contacts,
             x_contacts.station(), x_clock),
      x_address(wish.address) {
    x_contacts.of(x_unit.printer());
}

Result<std::unique_ptr<LivePrinter>> LivePrinter::start(const LivePrinterWish& wish, printer::Rpc& rpc) {
    std::unique_ptr<LivePrinter> live(new LivePrinter(wish));
    const auto again = live->x_unit.find_again();
    if (!again) return Unexpected{again.error()};
    const auto fresh = *again ? std::vector<std::string>() : wish.hopper;
    for (const auto& image : fresh) {
        auto card = live->x_open(image, {});
        if (!card) return Unexpected{std::move(card).error()};
        if (auto loaded = live->x_unit.load(std::move(*card)); !loaded) return Unexpected{std::move(loaded).error()};
    }
    auto raw = printer::start_raw_port(live->x_unit.esc(), wish.address, wish.raw_port);
    if (!raw) return Unexpected{std::move(raw).error()};
    live->x_raw.emplace(std::move(*raw));
    rpc.add(live->x_unit.esc());
    if (wish.control.empty()) return live;
    auto control = cards::ControlServer::start(
        wish.control, [unit = &live->x_unit](std::string_view line) { return unit->control(line); });
    if (!control) return Unexpected{std::move(control).error()};
    live->x_control.emplace(std::move(*control));
    return live;
}

std::string LivePrinter::raw_url() const { return "esc://" + x_address + ":" + std::to_string(x_raw->port()); }

}  // namespace rakit::cli
