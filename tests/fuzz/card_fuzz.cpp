// A card behind vpcd's wire: whatever arrives, in whatever pieces, each command gets a status word; one that comes
// while the card has no power ends the link instead.
#include <cstdlib>

#include "tests/support/test_issuer.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/serve/vpcd_frame.hpp"

namespace {

using namespace rakit;

const cards::Image& image_of(std::size_t number) {
    static const auto made = [] {
        test::TestIssuer issuer;
        std::vector<cards::Image> all;
        for (const char* name : {"pkcs15-tc", "piv-tc", "tester"}) all.push_back(*cards::make_image(name, {}, issuer));
        return all;
    }();
    return made[number % made.size()];
}

void answer(cards::ImageCard& card, bool& powered, ByteView payload) {
    switch (cards::classify(payload)) {
        case cards::VpcdMessage::power_off: powered = false; return card.power_off();
        case cards::VpcdMessage::power_on: powered = true; return card.power_on();
        case cards::VpcdMessage::reset: return card.reset();
        case cards::VpcdMessage::get_atr:
            if (card.atr().size() < 2) std::abort();
            return;
        case cards::VpcdMessage::command: break;
    }
    const auto given = card.handle(payload);
    if (given.drop == powered) std::abort();
    if (powered && (given.bytes.size() < 2 || given.bytes.size() > 65535)) std::abort();
}

}  // namespace

/// The first octet chooses the card; what follows is the stream that vpcd sends, fed in two pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    auto card = *cards::open_image(image_of(data[0]));
    card->power_on();
    bool powered = true;
    const ByteView stream(data + 1, size - 1);
    cards::VpcdStream frames;
    for (const auto& piece : {stream.first(stream.size() / 2), stream.subspan(stream.size() / 2)}) {
        frames.feed(piece);
        while (const auto payload = frames.next()) answer(*card, powered, *payload);
    }
    // What a stranger's stream left behind is still a card.
    if (!cards::open_image(card->snapshot())) std::abort();
    return 0;
}
