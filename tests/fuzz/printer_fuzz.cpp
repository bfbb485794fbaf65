// What a printer is told: octets on its raw port, requests of its JSON-RPC service, and what it was before its power
// went. One octet chooses. However it goes, each card that went in is still somewhere.
#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/base/clock.hpp"
#include "virtual_cards/printer/machine_json.hpp"
#include "virtual_cards/printer/rpc.hpp"

namespace {

class NoContacts final : public rakit::printer::Contacts {
public:
    rakit::Result<void> engage(const std::string&) override { return {}; }
    void disengage() override {}
};

/// accounted tells whether each card is where the machine says.
bool accounted(const rakit::printer::Machine& machine) {
    using rakit::printer::Place;
    const auto at = [&](Place place) {
        return static_cast<std::size_t>(std::ranges::count(machine.cards, place, &rakit::printer::CardRecord::place));
    };
    return at(Place::hopper) == machine.hopper.size() && at(Place::inside) == (machine.inside ? 1U : 0U);
}

/// take_over brings a machine back from what was kept of it, and feeds a card.
void take_over(rakit::printer::Printer& printer, std::string_view kept) {
    const auto value = nlohmann::json::parse(kept, nullptr, false);
    auto machine = rakit::printer::machine_from(value);
    if (!machine) return;
    const auto cards = machine->cards.size();
    printer.take_over(std::move(*machine));
    printer.ask(rakit::printer::ToStation{});
    const auto now = printer.look();
    if (now.cards.size() != cards || !accounted(now)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const ByteView input(data + 1, size - 1);
    NoContacts contacts;
    VirtualClock clock(UtcTime{});
    printer::Printer one({}, {}, contacts, clock, [](const auto&...) {});
    if (data[0] % 3 == 2) return take_over(one, as_text(input)), 0;
    printer::Esc esc(one);
    for (const char* card : {"first", "second"}) one.ask(printer::Load{card});
    if (data[0] % 3 == 0) {
        printer::EscFrames frames;
        frames.feed(input);
        while (const auto command = frames.next()) (void)esc.wire(esc.answer(*command));
    } else {
        printer::Rpc rpc;
        rpc.add(esc);
        std::string_view text = as_text(input);
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            (void)rpc.answer(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }
    if (const auto machine = one.look(); machine.cards.size() != 2 || !accounted(machine)) std::abort();
    return 0;
}
