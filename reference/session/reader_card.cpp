#include "reference/session/reader_card.hpp"

#include "reference/card/channel.hpp"
#include "reference/card/possession.hpp"

namespace rakit::reference {

ReaderCard::ReaderCard(CardReader& reader, std::vector<const CardProfile*> profiles,
                       std::vector<std::string> transport_policies, Trace& trace)
    : x_reader(reader),
      x_profiles(std::move(profiles)),
      x_transport_policies(std::move(transport_policies)),
      x_trace(trace) {}

ReaderCard::~ReaderCard() { ReaderCard::unlock(); }

Result<void> ReaderCard::lock() {
    auto access = x_reader.lock();
    if (!access) return Unexpected{std::move(access).error()};
    auto atr = x_reader.atr();
    if (!atr) return Unexpected{std::move(atr).error()};
    x_access = std::move(*access);
    x_channel = make_channel(*x_access, x_trace);
    x_atr = std::move(*atr);
    return {};
}

void ReaderCard::unlock() {
    x_channel.reset();
    x_access.reset();
}

Result<Contents> ReaderCard::read_contents() {
    Result<Contents> contents =
        fail(ErrorCode::card_unsupported, "no card family knows this card, ATR " + to_hex(x_atr));
    for (const auto* profile : x_profiles) {
        if (!profile->recognises(x_atr)) continue;
        contents = profile->read_contents(*x_channel, x_atr, x_transport_policies);
        if (contents) x_profile = profile;
        if (contents || contents.error().code != ErrorCode::card_unsupported) break;
    }
    return contents;
}

Result<CardIdentity> ReaderCard::read_identity() {
    auto identity = x_profile->read_identity(*x_channel);
    if (identity || identity.error().code != ErrorCode::card_unsupported) return identity;
    return fail(ErrorCode::card_changed, "another kind of card is in the reader, ATR " + to_hex(x_atr));
}

Result<void> ReaderCard::verify(const PinState& pin, const Pin& value) {
    x_access->reset_when_done();
    return x_profile->verify(*x_channel, pin, value);
}

Result<Bytes> ReaderCard::sign(const KeyLine& key, ByteView message) {
    return x_profile->sign(*x_channel, key, message);
}

Result<void> ReaderCard::prove_possession(const KeyLine& key, Rng& rng) {
    return rakit::reference::prove_possession(*x_profile, *x_channel, key, rng);
}

Result<WritePlan> ReaderCard::plan_write(const WriteOrder& wanted, UtcTime now) {
    return x_profile->plan_write(*x_channel, wanted, now);
}

Result<void> ReaderCard::send(const WriteStep& step) {
    auto response = x_channel->send(step.command);
    if (!response) return Unexpected{std::move(response).error()};
    if (response->sw.ok()) return {};
    if (response->sw == iso7816::sw::kNotEnoughMemory)
        return fail(ErrorCode::card_full, "the card has no space left", to_string(response->sw));
    return fail(ErrorCode::card_write_failed, "the card refused a write", to_string(response->sw));
}

}  // namespace rakit::reference
