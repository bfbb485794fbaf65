#include "virtual_cards/printer/station.hpp"

namespace rakit::printer {

void CardBank::add(const std::string& name, std::unique_ptr<cards::ImageCard> card) {
    const std::lock_guard lock(x_mutex);
    auto& place = x_cards[name];
    if (place) x_former.push_back(std::move(place));
    place = std::move(card);
}

cards::ImageCard* CardBank::find(const std::string& name) const {
    const std::lock_guard lock(x_mutex);
    const auto found = x_cards.find(name);
    return found == x_cards.end() ? nullptr : found->second.get();
}

void StationCard::lay(cards::VirtualCard& card, Printer& printer) {
    const std::lock_guard lock(x_mutex);
    x_card = &card;
    x_printer = &printer;
}

void StationCard::quietly(const std::function<void()>& use) {
    const std::lock_guard lock(x_mutex);
    use();
}

Bytes StationCard::atr() const {
    const std::lock_guard lock(x_mutex);
    return x_card->atr();
}
void StationCard::power_on() {
    quietly([this] { x_card->power_on(); });
}
void StationCard::power_off() {
    quietly([this] {
        if (x_card != nullptr) x_card->power_off();
    });
}
void StationCard::remove() {
    quietly([this] {
        if (x_card != nullptr) x_card->remove();
    });
}
void StationCard::reset() {
    quietly([this] { x_card->reset(); });
}

cards::Answer StationCard::handle(ByteView command) {
    const std::lock_guard lock(x_mutex);
    cards::Answer gone;
    gone.drop = true;
    if (!x_printer->command_started()) return gone;
    auto answer = x_card->handle(command);
    x_printer->command_ended();
    return answer;
}

Result<void> VpcdContacts::engage(const std::string& card) {
    auto* found = x_bank.find(card);
    if (found == nullptr || x_printer == nullptr) return fail(ErrorCode::internal, "no such card: " + card);
    if (!x_connector) return {};
    // After a drop the link may not have ended yet; two cards are never in at once.
    if (x_served) x_served->remove();
    x_card.lay(*found, *x_printer);
    if (x_served) return x_served->insert();
    auto served = cards::ServedCard::start(x_card, x_connector);
    if (!served) return Unexpected{std::move(served).error()};
    x_served.emplace(std::move(*served));
    return {};
}

void VpcdContacts::disengage() {
    if (x_served) x_served->remove();
}

}  // namespace rakit::printer
