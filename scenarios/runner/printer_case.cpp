#include "scenarios/runner/printer_case.hpp"

#include "reference/batch/feeder.hpp"
#include "reference/printer/esc_printer.hpp"
#include "scenarios/links/printer_link.hpp"
#include "virtual_cards/printer/control.hpp"
#include "virtual_cards/printer/ports.hpp"

namespace rakit::scenarios {
namespace {

constexpr const char* kCard = "the card";
constexpr std::chrono::milliseconds kLate{200};
constexpr std::chrono::milliseconds kAnswerBound{20000};

}  // namespace

/// CaseContacts puts the case's card into the case's reader while they are engaged.
class PrinterCase::CaseContacts final : public printer::Contacts {
public:
    explicit CaseContacts(Station& station) : x_station(station) {}
    Result<void> engage(const std::string&) override {
        return x_station.insert_again([] {});
    }
    void disengage() override { x_station.pull(); }

private:
    Station& x_station;
};

struct PrinterCase::Parts {
    Parts(Depth depth_, Station& station_, Clock& clock_)
        : depth(depth_),
          station(station_),
          clock(clock_),
          contacts(station_),
          device({}, {}, contacts, clock_, [](const auto&, const auto&) {}),
          esc(device) {}
    Depth depth;
    Station& station;
    Clock& clock;
    CaseContacts contacts;
    printer::StationCard card;
    printer::Printer device;
    printer::Esc esc;
    reference::FeedPolicy policy;
    std::optional<printer::TcpPort> port;
};

PrinterCase::PrinterCase(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}
PrinterCase::~PrinterCase() = default;

Result<std::unique_ptr<PrinterCase>> PrinterCase::make(const nlohmann::json& wish, Depth depth, Station& station,
                                                       Clock& clock) {
    auto parts = std::make_unique<Parts>(depth, station, clock);
    parts->policy.contact_tries = wish.value("contact_tries", parts->policy.contact_tries);
    for (const auto& value : wish.value("faults", nlohmann::json::array())) {
        auto fault = printer::parse_fault(value);
        if (!fault) return Unexpected{std::move(fault).error().in("printer.faults")};
        parts->device.ask(printer::Arm{*fault});
    }
    if (depth != Depth::inproc) {
        auto port = printer::start_raw_port(parts->esc, "127.0.0.1", 0, kLate);
        if (!port) return Unexpected{std::move(port).error()};
        parts->port.emplace(std::move(*port));
    }
    return std::unique_ptr<PrinterCase>(new PrinterCase(std::move(parts)));
}

Result<void> PrinterCase::begin(cards::VirtualCard& card) {
    x_parts->card.lay(card, x_parts->device);
    if (auto begun = x_parts->station.begin(x_parts->card, x_parts->clock); !begun) return begun;
    x_parts->station.pull();
    x_parts->device.ask(printer::Load{kCard});
    return {};
}

Result<reference::UpdateOutcome> PrinterCase::run(reference::UpdatePorts& ports,
                                                  const std::function<Result<reference::UpdateOutcome>()>& update) {
    std::unique_ptr<reference::CardPrinter> printer;
    if (x_parts->port) {
        auto opened = reference::open_printer("esc://127.0.0.1:" + std::to_string(x_parts->port->port()), kAnswerBound);
        if (!opened) return Unexpected{std::move(opened).error()};
        printer = std::move(*opened);
    } else {
        printer = std::make_unique<reference::EscPrinter>(direct_link(x_parts->esc, x_parts->clock));
    }
    reference::FeederPorts at{*printer,
                              ports.reader,
                              [](std::chrono::milliseconds) { return Result<void>(); },
                              ports.transport_policies,
                              ports.clock,
                              ports.trace,
                              ports.card_log,
                              x_parts->policy};
    reference::Feeder feeder(std::move(at));
    return reference::in_turn(feeder, ports.dialog, update, [&] { return reference::resume(ports); });
}

void PrinterCase::mend() {
    auto& device = x_parts->device;
    for (const printer::Input& what :
         std::initializer_list<printer::Input>{printer::Disarm{}, printer::PowerOn{}, printer::OpenCover{},
                                               printer::CloseCover{}, printer::NewRibbon{}, printer::ClearStatus{}})
        device.ask(what);
    const auto machine = device.look();
    const auto& card = machine.cards.back();
    const bool out = card.place == printer::Place::output || card.place == printer::Place::reject;
    if (out) device.ask(printer::EmptyTrays{});
    if (out || card.place == printer::Place::taken) device.ask(printer::Load{kCard});
}

std::vector<Mismatch> PrinterCase::judge(const nlohmann::json& expect) const {
    const auto machine = x_parts->device.look();
    std::vector<Mismatch> found;
    const auto same = [&](const char* what, std::string_view seen) {
        const std::string wanted = expect.value(what, std::string(seen));
        if (wanted != seen) found.push_back({"printer: " + std::string(what), wanted, std::string(seen)});
    };
    same("card", name(machine.cards.back().place));
    same("phase", name(machine.phase));
    const auto count = [&](const char* what, std::uint64_t seen) {
        const auto wanted = expect.value(what, seen);
        if (wanted != seen)
            found.push_back({"printer: " + std::string(what), std::to_string(wanted), std::to_string(seen)});
    };
    count("engaged", machine.counters.engaged);
    count("fed", machine.counters.fed);
    for (const auto& fault : machine.faults)
        if (fault.times > 0)
            found.push_back({"printer: faults", "each strikes", std::string(name(fault.kind)) + " didn't"});
    return found;
}

}  // namespace rakit::scenarios
