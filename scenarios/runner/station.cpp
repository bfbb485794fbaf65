#include "scenarios/runner/station.hpp"

#include <cstdlib>

#include "reference/card/pcsc_reader.hpp"
#include "scenarios/links/in_process.hpp"
#include "scenarios/links/vpcd_host.hpp"
#include "scenarios/outside/pcsc_card.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"
#include "virtual_cards/serve/control_server.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::scenarios {
namespace {

/// InprocStation calls the card directly.
class InprocStation final : public Station {
public:
    Result<void> begin(cards::VirtualCard& card, Clock& clock) override {
        x_slot = std::make_unique<InProcessSlot>(card, clock);
        x_reader = std::make_unique<LinkReader>(reader_name(), x_slot->link());
        return {};
    }
    Result<void> insert_again(const std::function<void()>& meanwhile) override {
        x_slot->remove();
        meanwhile();
        x_slot->insert();
        return {};
    }
    Result<void> swap(cards::VirtualCard& card) override {
        x_slot->exchange_card(card);
        return {};
    }
    void pull() override { x_slot->remove(); }
    void end() override {
        x_slot->remove();
        x_reader.reset();
        x_slot.reset();
    }
    reference::CardReader& reader() override { return *x_reader; }
    std::string reader_name() const override { return "in process"; }

private:
    std::unique_ptr<InProcessSlot> x_slot;
    std::unique_ptr<LinkReader> x_reader;
};

/// WireStation speaks vpcd's protocol over a socket.
class WireStation final : public Station {
public:
    Result<void> begin(cards::VirtualCard& card, Clock&) override {
        auto host = VpcdHost::listen();
        if (!host) return Unexpected{std::move(host).error()};
        x_port = (*host)->port();
        if (auto inserted = swap(card); !inserted) return inserted;
        x_reader = std::make_unique<LinkReader>(reader_name(), std::move(*host));
        return {};
    }
    Result<void> swap(cards::VirtualCard& card) override {
        x_served.reset();
        // Nobody looks only now and then here: a card that is out is out at once.
        auto served = cards::ServedCard::start(card, cards::to_loopback(x_port), {std::chrono::milliseconds(0)});
        if (!served) return Unexpected{std::move(served).error()};
        x_served.emplace(std::move(*served));
        return {};
    }
    void pull() override { x_served->remove(); }
    Result<void> insert_again(const std::function<void()>& meanwhile) override {
        x_served->remove();
        meanwhile();
        return x_served->insert();
    }
    void end() override {
        x_served.reset();
        x_reader.reset();
    }
    reference::CardReader& reader() override { return *x_reader; }
    std::string reader_name() const override { return "vpcd by wire"; }

private:
    std::uint16_t x_port = 0;
    std::optional<cards::ServedCard> x_served;
    std::unique_ptr<LinkReader> x_reader;
};

/// PcscStation is a private pcscd. pcscd looks for cards every 400 ms, so a case takes the slot that the case before it
/// didn't have: the removal there is seen while this one runs.
class PcscStation final : public Station {
public:
    explicit PcscStation(cards::Sandbox sandbox) : x_sandbox(std::move(sandbox)) {}

    Result<void> begin(cards::VirtualCard& card, Clock&) override {
        x_slot = other_slot();
        if (auto inserted = serve(card, x_slot, x_served); !inserted) return inserted;
        auto reader = reference::PcscReader::open(reader_name());
        if (!reader) return Unexpected{std::move(reader).error()};
        x_reader = std::move(*reader);
        return {};
    }
    Result<void> insert_again(const std::function<void()>& meanwhile) override {
        x_served->remove();
        meanwhile();
        if (auto gone = x_sandbox.await_card(x_slot, false); !gone) return Unexpected{std::move(gone).error()};
        if (auto inserted = x_served->insert(); !inserted) return inserted;
        if (auto seen = x_sandbox.await_card(x_slot, true); !seen) return Unexpected{std::move(seen).error()};
        return {};
    }
    /// The slot that this case leaves free takes the officer's card.
    Result<bool> begin_officer(cards::VirtualCard& card) override {
        if (auto inserted = serve(card, other_slot(), x_officer); !inserted)
            return Unexpected{std::move(inserted).error()};
        return true;
    }
    std::string officer_reader_name() const override {
        return x_sandbox.readers()[static_cast<std::size_t>(other_slot())];
    }
    Result<void> swap(cards::VirtualCard& card) override {
        x_served.reset();
        return serve(card, x_slot, x_served);
    }
    void pull() override { pull(x_served, x_slot); }
    void pull_officer() override { pull(x_officer, other_slot()); }
    void end() override {
        x_served.reset();
        x_officer.reset();
        x_reader.reset();
    }
    reference::CardReader& reader() override { return *x_reader; }
    std::string reader_name() const override { return x_sandbox.readers()[static_cast<std::size_t>(x_slot)]; }

private:
    int other_slot() const { return (x_slot + 1) % static_cast<int>(x_sandbox.readers().size()); }

    Result<void> serve(cards::VirtualCard& card, int slot, std::optional<cards::ServedCard>& served) {
        if (auto empty = x_sandbox.await_card(slot, false); !empty) return Unexpected{std::move(empty).error()};
        auto started = cards::ServedCard::start(card, x_sandbox.connector(slot));
        if (!started) return Unexpected{std::move(started).error()};
        served.emplace(std::move(*started));
        if (auto seen = x_sandbox.await_card(slot, true); !seen) return Unexpected{std::move(seen).error()};
        return {};
    }
    /// An RA sees the same whether pcscd has noticed yet or not: the next APDU fails either way.
    void pull(std::optional<cards::ServedCard>& served, int slot) {
        if (served) served->remove();
        (void)x_sandbox.await_card(slot, false).has_value();
    }

    cards::Sandbox x_sandbox;
    int x_slot = 0;
    std::optional<cards::ServedCard> x_served, x_officer;
    std::unique_ptr<reference::PcscReader> x_reader;
};

/// ReaderStation is a reader with a card in it that nobody here can pull; its power is what we have a hand on.
class ReaderStation final : public Station {
public:
    explicit ReaderStation(std::string name) : x_name(std::move(name)) {}

    Result<void> begin_with_what_is_in() override {
        auto reader = reference::PcscReader::open(x_name);
        if (!reader) return Unexpected{std::move(reader).error()};
        x_reader = std::move(*reader);
        return {};
    }
    Result<void> insert_again(const std::function<void()>& meanwhile) override {
        meanwhile();
        return power_cycle(x_name);
    }
    Result<void> begin(cards::VirtualCard&, Clock&) override { return no_hand(); }
    Result<void> swap(cards::VirtualCard&) override { return no_hand(); }
    void pull() override {}
    void end() override { x_reader.reset(); }
    reference::CardReader& reader() override { return *x_reader; }
    std::string reader_name() const override { return x_name; }

private:
    Result<void> no_hand() const { return fail(ErrorCode::unsupported, "nobody's hand is at a real reader", x_name); }

    std::string x_name;
    std::unique_ptr<reference::PcscReader> x_reader;
};

/// LentStation is a reader that another process's virtual card lends its slot of. pcscd is asked by a connection of our
/// own: cards are swapped while the RA uses its.
class LentStation final : public Station {
public:
    LentStation(const std::filesystem::path& socket, std::unique_ptr<reference::PcscReader> watch)
        : x_slot(cards::to_lent_slot(socket)), x_watch(std::move(watch)) {}

    Result<void> begin(cards::VirtualCard& card, Clock&) override {
        if (auto inserted = swap(card); !inserted) return inserted;
        auto reader = reference::PcscReader::open(reader_name());
        if (!reader) return Unexpected{std::move(reader).error()};
        x_reader = std::move(*reader);
        return {};
    }
    Result<void> swap(cards::VirtualCard& card) override {
        x_served.reset();
        if (auto empty = await_none(); !empty) return empty;
        // It is out already, and was seen to be.
        auto served = cards::ServedCard::start(card, x_slot, {milliseconds(0)});
        if (!served) return Unexpected{std::move(served).error()};
        x_served.emplace(std::move(*served));
        return x_watch->wait_for_card(kSeen);
    }
    Result<void> insert_again(const std::function<void()>& meanwhile) override {
        pull();
        meanwhile();
        if (auto empty = await_none(); !empty) return empty;
        if (auto inserted = x_served->insert(); !inserted) return inserted;
        return x_watch->wait_for_card(kSeen);
    }
    void pull() override {
        if (x_served) x_served->remove();
        (void)await_none().has_value();
    }
    void end() override {
        x_served.reset();
        x_reader.reset();
    }
    reference::CardReader& reader() override { return *x_reader; }
    std::string reader_name() const override { return x_watch->name(); }

private:
    using milliseconds = std::chrono::milliseconds;
    static constexpr milliseconds kSeen{10000};

    Result<void> await_none() {
        const auto gone = x_watch->wait_for_no_card(kSeen);
        if (!gone) return Unexpected{Error(gone.error())};
        return *gone ? Result<void>() : fail(ErrorCode::card_mute, "the card is still seen", reader_name());
    }

    cards::Connector x_slot;
    std::unique_ptr<reference::PcscReader> x_watch;
    std::optional<cards::ServedCard> x_served;
    std::unique_ptr<reference::PcscReader> x_reader;
};

}  // namespace

Result<std::unique_ptr<Station>> lent_station(const std::string& reader, const std::filesystem::path& socket) {
    // The card whose slot it is goes out first: ours is put in once the reader is seen to be empty.
    if (auto out = cards::ask_control(socket, R"({"command":"remove"})"); !out)
        return Unexpected{std::move(out).error()};
    auto watch = reference::PcscReader::open(reader);
    if (!watch) return Unexpected{std::move(watch).error()};
    return std::unique_ptr<Station>(std::make_unique<LentStation>(socket, std::move(*watch)));
}

Result<void> Station::begin_with_what_is_in() {
    return fail(ErrorCode::unsupported, "no card is in this reader before one is put in", reader_name());
}

std::string_view name(Depth depth) {
    switch (depth) {
        case Depth::inproc: return "inproc";
        case Depth::wire: return "wire";
        case Depth::pcsc: return "pcsc";
        case Depth::reader: return "reader";
    }
    std::abort();
}

std::optional<Depth> depth_from_name(std::string_view text) {
    for (const auto depth : {Depth::inproc, Depth::wire, Depth::pcsc, Depth::reader})
        if (text == name(depth)) return depth;
    return std::nullopt;
}

Result<std::unique_ptr<Station>> make_station(Depth depth, const std::filesystem::path& scratch,
                                              const std::string& reader) {
    if (depth == Depth::inproc) return std::unique_ptr<Station>(std::make_unique<InprocStation>());
    if (depth == Depth::wire) return std::unique_ptr<Station>(std::make_unique<WireStation>());
    if (depth == Depth::reader) return std::unique_ptr<Station>(std::make_unique<ReaderStation>(reader));
    cards::SandboxOptions options;
    options.slots = 2;
    options.folder = scratch;
    auto sandbox = cards::Sandbox::start(options);
    if (!sandbox) return Unexpected{std::move(sandbox).error()};
    ::setenv("PCSCLITE_CSOCK_NAME", sandbox->socket().c_str(), 1);
    return std::unique_ptr<Station>(std::make_unique<PcscStation>(std::move(*sandbox)));
}

}  // namespace rakit::scenarios
