// What a printer is told: octets on its raw port, and requests of its JSON-RPC service. One octet chooses. However it
// goes, each card that went in is still somewhere.
#include <algorithm>
#include <cstdlib>

#include "common/base/clock.hpp"
#include "virtual_cards/printer/rpc.hpp"

namespace {

class NoContacts final : public rakit::printer::Contacts {
public:
    rakit::Result<void> engage(const std::string&) override { return {}; }
    void disengage() override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rakit;
    if (size == 0) return 0;
    const ByteView input(data + 1, size - 1);
    NoContacts contacts;
    VirtualClock clock(UtcTime{});
    printer::Printer one({}, {}, contacts, clock, [](const auto&...) {});
    printer::Esc esc(one);
    for (const char* card : {"first", "second"}) one.ask(printer::Load{card});
    if (data[0] % 2 == 0) {
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
    const auto machine = one.look();
    const auto at = [&](printer::Place place) {
        return static_cast<std::size_t>(std::ranges::count(machine.cards, place, &printer::CardRecord::place));
    };
    const bool accounted = machine.cards.size() == 2 && at(printer::Place::hopper) == machine.hopper.size() &&
                           at(printer::Place::inside) == (machine.inside ? 1U : 0U);
    if (!accounted) std::abort();
    return 0;
}
