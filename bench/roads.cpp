#include "bench/roads.hpp"

#include <cstdlib>
#include <utility>

#include "bench/far_end.hpp"
#include "scenarios/links/in_process.hpp"
#include "scenarios/links/vpcd_host.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"

namespace rakit::bench {
namespace {

/// NothingCard is the least a VirtualCard can be.
class NothingCard final : public cards::VirtualCard {
public:
    Bytes atr() const override { return {0x3B, 0x80, 0x01, 0x81}; }
    void power_on() override {}
    void power_off() override {}
    void reset() override {}
    cards::Answer handle(ByteView) override { return {{0x90, 0x00}, false, {}}; }
};

using MakeFarEnd = std::function<FarEnd(const cards::Connector&)>;

struct Contender {
    const char* name;
    bool slow;
    MakeFarEnd make;
};

const std::vector<Contender>& contenders() {
    static const std::vector<Contender> all{
        {"null", false, far_null},
        {"card", false, [](const auto& connect) { return far_card(connect, true); }},
        {"card_without_quickack", true, [](const auto& connect) { return far_card(connect, false); }},
    };
    return all;
}

bool transmit_once(reference::CardReader& reader, const Bytes& command = kCommand) {
    auto access = reader.lock();
    const auto answer = access ? (*access)->transmit(command) : Result<Bytes>(fail(access.error()));
    return answer && good(*answer);
}

template <class Card>
Road in_process_road(const char* name, std::unique_ptr<Card> card) {
    struct Whole {
        std::unique_ptr<Card> card;
        SystemClock clock;
        scenarios::InProcessSlot slot{*card, clock};
        scenarios::LinkReader reader{"in-process", slot.link()};
        explicit Whole(std::unique_ptr<Card> what) : card(std::move(what)) {}
    };
    auto whole = std::make_shared<Whole>(std::move(card));
    return {name, false, [whole] { return transmit_once(whole->reader); }};
}

}  // namespace

std::vector<Road> in_process_roads() {
    return {in_process_road("inproc/null", std::make_unique<NothingCard>()),
            in_process_road("inproc/card", our_card())};
}

namespace {

Road vicc_road() {
    struct Whole {
        std::unique_ptr<Vicc> vicc;
        std::unique_ptr<scenarios::LinkReader> reader;
    };
    // vicc has no GET DATA, and its SELECT ends the program (a TypeError of Python 3); GET CHALLENGE works.
    static const Bytes kChallenge{0x00, 0x84, 0x00, 0x00, 0x08};
    auto host = must(scenarios::VpcdHost::listen());
    auto whole = std::make_shared<Whole>();
    whole->vicc = std::make_unique<Vicc>(host->port());
    whole->reader = std::make_unique<scenarios::LinkReader>("wire", std::move(host));
    // Python takes its time to start: until it is there, the slot is empty.
    const auto bound = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!transmit_once(*whole->reader, kChallenge)) {
        if (std::chrono::steady_clock::now() > bound) throw std::runtime_error("vicc doesn't answer");
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {"wire/vicc", true, [whole] { return transmit_once(*whole->reader, kChallenge); }};
}

}  // namespace

std::vector<Road> wire_roads() {
    struct Whole {
        FarEnd end;
        std::unique_ptr<scenarios::LinkReader> reader;
    };
    std::vector<Road> roads;
    for (const auto& contender : contenders()) {
        auto host = must(scenarios::VpcdHost::listen());
        auto whole = std::make_shared<Whole>();
        whole->end = contender.make(cards::to_loopback(host->port()));
        whole->reader = std::make_unique<scenarios::LinkReader>("wire", std::move(host));
        roads.push_back(
            {std::string("wire/") + contender.name, contender.slow, [whole] { return transmit_once(*whole->reader); }});
    }
    roads.push_back(vicc_road());
    return roads;
}

std::vector<Road> pcsc_roads() {
    struct Whole {
        cards::Sandbox sandbox;
        std::vector<FarEnd> ends;
        SCARDCONTEXT context = 0;
        std::vector<std::unique_ptr<PcscCard>> connections;
        explicit Whole(cards::Sandbox made) : sandbox(std::move(made)) {}
        Whole(const Whole&) = delete;
        Whole& operator=(const Whole&) = delete;
        ~Whole() {
            connections.clear();
            ::SCardReleaseContext(context);
        }
    };
    constexpr int kApart = 2;  // a driver of its own for each card, as different readers have
    cards::SandboxOptions options;
    options.slots = kApart * static_cast<int>(contenders().size());
    auto whole = std::make_shared<Whole>(must(cards::Sandbox::start(options)));
    ::setenv("PCSCLITE_CSOCK_NAME", whole->sandbox.socket().c_str(), 1);
    if (const LONG status = ::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &whole->context);
        status != SCARD_S_SUCCESS)
        throw std::runtime_error(::pcsc_stringify_error(status));
    std::vector<Road> roads;
    for (const auto& contender : contenders()) {
        const int slot = kApart * static_cast<int>(roads.size());
        whole->ends.push_back(contender.make(whole->sandbox.connector(slot)));
        (void)must(whole->sandbox.await_card(slot, true));
        whole->connections.push_back(
            std::make_unique<PcscCard>(whole->context, whole->sandbox.readers().at(static_cast<std::size_t>(slot))));
        roads.push_back({std::string("pcsc/") + contender.name, contender.slow,
                         [whole, connection = whole->connections.back().get()] { return connection->transmit(); }});
    }
    return roads;
}

}  // namespace rakit::bench
