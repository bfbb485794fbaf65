#include "scenarios/runner/printer_case.hpp"

#include <algorithm>

#include "reference/batch/batch.hpp"
#include "reference/printer/esc_printer.hpp"
#include "scenarios/links/printer_link.hpp"
#include "virtual_cards/printer/machine_json.hpp"
#include "virtual_cards/printer/ports.hpp"

namespace rakit::scenarios {
namespace {

constexpr const char* kCard = "the card";
constexpr const char* kBelow = "the card below";
constexpr const char* kAbsentSerial = "FFFFFFFFFFFFFFFFFFFF";  ///< of a card that isn't in the hopper
constexpr const char* kListDigest = "CA5ECA5ECA5ECA5E";        ///< there is one list a case
constexpr std::chrono::milliseconds kLate{200};
constexpr std::chrono::milliseconds kAnswerBound{20000};

const printer::CardRecord& record_of(const printer::Machine& machine, const std::string& card) {
    // Of one that was taken out and loaded again, the last counts.
    return *std::find_if(machine.cards.rbegin(), machine.cards.rend(),
                         [&](const printer::CardRecord& one) { return one.card == card; });
}

}  // namespace

/// CaseContacts puts the card at the station into the case's reader while they are engaged.
class PrinterCase::CaseContacts final : public printer::Contacts {
public:
    explicit CaseContacts(Parts& parts) : x_parts(parts) {}
    Result<void> engage(const std::string& card) override;
    void disengage() override;

private:
    Parts& x_parts;
};

struct PrinterCase::Parts {
    Parts(nlohmann::json wish_, Depth depth_, Station& station_, Clock& clock_)
        : wish(std::move(wish_)),
          depth(depth_),
          station(station_),
          clock(clock_),
          contacts(*this),
          device({}, {}, contacts, clock_, [](const auto&, const auto&) {}),
          esc(device) {
        service.add(esc);
    }
    nlohmann::json wish;
    Depth depth;
    Station& station;
    Clock& clock;
    CaseContacts contacts;
    printer::StationCard at_station;
    std::map<std::string, cards::VirtualCard*> cards;
    std::string serial;  ///< of the case's card
    printer::Printer device;
    printer::Esc esc;
    printer::Rpc service;
    reference::FeedPolicy policy;
    std::optional<reference::BatchRecord> record;  ///< what the RA's journal came to
    std::optional<printer::TcpPort> raw_port, service_port;
};

Result<void> PrinterCase::CaseContacts::engage(const std::string& card) {
    return x_parts.station.insert_again([&] { x_parts.at_station.lay(*x_parts.cards.at(card), x_parts.device); });
}

void PrinterCase::CaseContacts::disengage() { x_parts.station.pull(); }

PrinterCase::PrinterCase(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}
PrinterCase::~PrinterCase() = default;

Result<std::unique_ptr<PrinterCase>> PrinterCase::make(const nlohmann::json& wish, Depth depth, Station& station,
                                                       Clock& clock) {
    auto parts = std::make_unique<Parts>(wish, depth, station, clock);
    parts->policy.contact_tries = wish.value("contact_tries", parts->policy.contact_tries);
    for (const auto& value : wish.value("faults", nlohmann::json::array())) {
        auto fault = printer::parse_fault(value);
        if (!fault) return Unexpected{std::move(fault).error().in("printer.faults")};
        parts->device.ask(printer::Arm{*fault});
    }
    const bool service = wish.value("link", "raw") == "service";
    if (service || depth != Depth::inproc) {
        auto port = service ? printer::start_rpc_port(parts->service, "127.0.0.1", 0, kLate)
                            : printer::start_raw_port(parts->esc, "127.0.0.1", 0, kLate);
        if (!port) return Unexpected{std::move(port).error()};
        (service ? parts->service_port : parts->raw_port).emplace(std::move(*port));
    }
    return std::unique_ptr<PrinterCase>(new PrinterCase(std::move(parts)));
}

Result<void> PrinterCase::begin(cards::VirtualCard& card, const std::string& serial, cards::VirtualCard* below) {
    x_parts->serial = serial;
    x_parts->cards[kCard] = &card;
    x_parts->at_station.lay(card, x_parts->device);
    if (auto begun = x_parts->station.begin(x_parts->at_station, x_parts->clock); !begun) return begun;
    x_parts->station.pull();
    x_parts->device.ask(printer::Load{kCard});
    if (below == nullptr) return {};
    x_parts->cards[kBelow] = below;
    x_parts->device.ask(printer::Load{kBelow});
    return {};
}

Result<std::unique_ptr<reference::CardPrinter>> PrinterCase::open() const {
    const auto url = [](const char* scheme, const printer::TcpPort& port) {
        return std::string(scheme) + "://127.0.0.1:" + std::to_string(port.port());
    };
    if (x_parts->service_port) return reference::open_printer(url("jsonrpc", *x_parts->service_port), kAnswerBound);
    if (x_parts->raw_port) return reference::open_printer(url("esc", *x_parts->raw_port), kAnswerBound);
    return std::unique_ptr<reference::CardPrinter>(
        std::make_unique<reference::EscPrinter>(direct_link(x_parts->esc, x_parts->clock)));
}

Result<reference::UpdateOutcome> PrinterCase::run(reference::UpdatePorts& ports, const Update& update) {
    auto printer = open();
    if (!printer) return Unexpected{std::move(printer).error()};
    reference::Feeder feeder({**printer, ports.reader, [](std::chrono::milliseconds) { return Result<void>(); },
                              ports.transport_policies, ports.clock, ports.trace, ports.card_log, x_parts->policy});
    if (x_parts->wish.contains("batch")) return run_list(feeder, ports, update);
    return reference::in_turn(feeder, ports.dialog, update, [&] { return reference::resume(ports); });
}

Result<reference::UpdateOutcome> PrinterCase::run_list(reference::Feeder& feeder, reference::UpdatePorts& ports,
                                                       const Update& update) {
    const auto& batch = x_parts->wish["batch"];
    reference::OrderList list{{{x_parts->serial, {}, {}}}, kListDigest};
    if (batch.contains("face"))
        list.orders[0].face =
            reference::FaceText{batch["face"].at("name"), batch["face"].value("validity", std::string())};
    if (batch.value("more", false)) list.orders.push_back({kAbsentSerial, {}, {}});
    auto journal = reference::BatchJournal::open(ports.journal_folder, list.digest);
    if (!journal) return Unexpected{std::move(journal).error()};
    reference::UpdateOutcome last;
    const auto kept = [&](Result<reference::UpdateOutcome> outcome) {
        if (outcome) last = *outcome;
        return outcome;
    };
    reference::BatchPorts work{feeder, *journal, [&](const auto&) { return kept(update()); },
                               [&] { return kept(reference::resume(ports)); }, [](const auto&, const auto&) {}};
    auto end = run_batch(work, list);
    x_parts->record = journal->record();
    if (!end) return Unexpected{std::move(end).error()};
    if (end->stopped) return fail(*end->stopped);
    if (end->done < end->orders) return fail(ErrorCode::batch_incomplete, "orders are open");
    return last;
}

void PrinterCase::mend() {
    auto& device = x_parts->device;
    for (const printer::Input& what :
         std::initializer_list<printer::Input>{printer::Disarm{}, printer::PowerOn{}, printer::OpenCover{},
                                               printer::CloseCover{}, printer::NewRibbon{}, printer::ClearStatus{}})
        device.ask(what);
    const auto place = record_of(device.look(), kCard).place;
    const bool out = place == printer::Place::output || place == printer::Place::reject;
    if (out) device.ask(printer::EmptyTrays{});
    if (out || place == printer::Place::taken) device.ask(printer::Load{kCard});
}

std::vector<Mismatch> PrinterCase::judge(const nlohmann::json& expect) const {
    const auto machine = x_parts->device.look();
    std::vector<Mismatch> found;
    const auto same = [&](const char* what, std::string_view seen) {
        const std::string wanted = expect.value(what, std::string(seen));
        if (wanted != seen) found.push_back({"printer: " + std::string(what), wanted, std::string(seen)});
    };
    const auto& card = record_of(machine, kCard);
    same("card", name(card.place));
    same("phase", name(machine.phase));
    if (x_parts->cards.contains(kBelow)) same("other", name(record_of(machine, kBelow).place));
    const auto count = [&](const char* what, std::uint64_t seen) {
        const auto wanted = expect.value(what, seen);
        if (wanted != seen)
            found.push_back({"printer: " + std::string(what), std::to_string(wanted), std::to_string(seen)});
    };
    count("engaged", machine.counters.engaged);
    count("fed", machine.counters.fed);
    count("printed", machine.counters.printed);
    if (x_parts->record) {
        same("order", name(x_parts->record->by_serial.at(x_parts->serial).state));
        if (!reference::accounted(*x_parts->record))
            found.push_back({"printer: batch", "each card accounted for", "one isn't"});
    }
    for (const auto& fault : machine.faults)
        if (fault.times > 0)
            found.push_back({"printer: faults", "each strikes", std::string(name(fault.kind)) + " didn't"});
    return found;
}

}  // namespace rakit::scenarios
