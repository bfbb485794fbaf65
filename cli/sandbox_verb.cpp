#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "cli/card_source.hpp"
#include "cli/command.hpp"
#include "cli/own_library.hpp"
#include "cli/printer_live.hpp"
#include "cli/verbs.hpp"
#include "virtual_cards/reader/service_fault.hpp"
#include "virtual_cards/sandbox/sandbox.hpp"
#include "virtual_cards/serve/control_server.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cli {
namespace {

struct SandboxWish {
    std::vector<std::string> cards;
    std::string reader_name = cards::SandboxOptions{}.reader_name;
    int readers = 0;
    bool shim = false;
    bool unplugged = false;
    std::string service_fault;
    bool printer = false;
    std::string station;
    std::vector<std::string> hopper;
    std::string faces;
    std::vector<std::string> command;
};

/// LiveCard is one card in one slot with its control socket; destroyed from the bottom.
struct LiveCard {
    std::unique_ptr<cards::ImageCard> card;
    std::unique_ptr<cards::ServedCard> served;
    std::unique_ptr<cards::ControlServer> control;
};

/// open_cards makes all cards before anything is started, so that a bad image costs nothing.
Result<std::vector<LiveCard>> open_cards(const std::vector<std::string>& images) {
    std::vector<LiveCard> live;
    std::map<std::string, unsigned> copies;  // software caches by serial number: no two of a sandbox may share one
    for (const auto& image : images) {
        auto card = open_card(image, copies[image]++);
        if (!card) return fail(std::move(card).error());
        live.push_back({std::move(*card), {}, {}});
    }
    return live;
}

Result<void> insert(LiveCard& live, const cards::Sandbox& sandbox, int slot) {
    cards::ServeOptions options;
    // The shim never overlooks that a card was away; vpcd does, if it is back before pcscd's next look.
    if (!sandbox.reader_control(slot).empty()) options.out_at_least = {};
    auto served = cards::ServedCard::start(*live.card, sandbox.connector(slot), options);
    if (!served) return fail(std::move(served).error());
    live.served = std::make_unique<cards::ServedCard>(std::move(*served));
    auto control = cards::ControlServer::start(sandbox.folder() / "control" / (std::to_string(slot) + ".sock"),
                                               cards::controlled(*live.served, *live.card));
    if (!control) return fail(std::move(control).error());
    live.control = std::make_unique<cards::ControlServer>(std::move(*control));
    return {};
}

/// PrinterIn is an emulated printer whose station is a reader of the sandbox; destroyed from the bottom.
struct PrinterIn {
    printer::Rpc rpc;
    std::unique_ptr<LivePrinter> live;
    std::optional<printer::TcpPort> service;
};

Result<void> start_printer(const SandboxWish& wish, const cards::Sandbox& sandbox, PrinterIn& in) {
    LivePrinterWish one;
    one.station = sandbox.connector(sandbox.more_reader(0));
    one.control = sandbox.folder() / "control" / "printer.sock";
    one.faces = wish.faces;
    std::error_code problem;
    if (!wish.faces.empty()) std::filesystem::create_directories(wish.faces, problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), wish.faces);
    one.hopper = wish.hopper;
    auto live = LivePrinter::start(one, in.rpc);
    if (!live) return Unexpected{std::move(live).error()};
    in.live = std::move(*live);
    auto service = printer::start_rpc_port(in.rpc, one.address, 0);
    if (!service) return Unexpected{std::move(service).error()};
    in.service.emplace(std::move(*service));
    return {};
}

/// link_reader_controls puts the control sockets of readers beside those of cards.
Result<void> link_reader_controls(const cards::Sandbox& sandbox, int slots, const std::filesystem::path& control) {
    std::error_code problem;
    for (int slot = 0; slot < slots && !problem; ++slot)
        if (const auto reader = sandbox.reader_control(slot); !reader.empty())
            std::filesystem::create_symlink(reader, control / ("reader-" + std::to_string(slot) + ".sock"), problem);
    if (problem) return fail(ErrorCode::file_unwritable, problem.message(), control.string());
    return {};
}

Result<int> run_sandbox(const SandboxWish& wish) {
    cards::SandboxOptions options;
    options.reader_name = wish.reader_name;
    options.slots = std::max({1, wish.readers, static_cast<int>(wish.cards.size())});
    if (wish.shim) {
        options.driver_kind = cards::DriverKind::shim;
        options.late_readers = wish.unplugged;
        options.shim = own_library("librakit-shim.so");
    }
    if (wish.printer) options.more_readers.push_back(printer::Model{}.name);
    if (!wish.station.empty()) options.more_readers.push_back(wish.station);
    // temporary_directory_path honours TMPDIR, and says /tmp without it.
    std::error_code problem;
    options.folder = std::filesystem::temp_directory_path(problem);
    if (problem) return fail(ErrorCode::file_unwritable, "TMPDIR: " + problem.message());
    auto made = open_cards(wish.cards);
    if (!made) return fail(std::move(made).error());
    auto sandbox = cards::Sandbox::start(options);
    if (!sandbox) return fail(std::move(sandbox).error());
    if (sandbox->network() == cards::Network::host)
        std::fprintf(stderr, "rakit: note: no network namespace to be had here, so vpcd listens on all interfaces\n");
    const auto control = sandbox->folder() / "control";
    std::filesystem::create_directory(control);
    std::filesystem::permissions(control, std::filesystem::perms::owner_all);
    if (auto linked = link_reader_controls(*sandbox, options.slots, control); !linked) return fail(linked.error());
    std::vector<LiveCard> live = std::move(*made);  // from here on: the cards end before the sandbox does
    for (int slot = 0; std::cmp_less(slot, live.size()); ++slot)
        if (auto done = insert(live[static_cast<std::size_t>(slot)], *sandbox, slot); !done)
            return fail(std::move(done).error());
    for (int slot = 0; std::cmp_less(slot, live.size()) && !wish.unplugged; ++slot)
        if (auto seen = sandbox->await_card(slot, true); !seen) return fail(std::move(seen).error());
    std::map<std::string, std::string> environment{{"PCSCLITE_CSOCK_NAME", sandbox->socket().string()},
                                                   {"RAKIT_CONTROL", control.string()},
                                                   {"RAKIT_NETWORK", std::string(cards::name(sandbox->network()))}};
    if (!wish.service_fault.empty()) {
        environment["LD_PRELOAD"] = own_library("librakit-service.so").string();
        environment[reader::kServiceFaultVariable] = wish.service_fault;
    }
    PrinterIn in;
    if (wish.printer) {
        if (auto started = start_printer(wish, *sandbox, in); !started) return Unexpected{std::move(started).error()};
        environment["RAKIT_PRINTER"] = in.live->raw_url();
        environment["RAKIT_PRINTER_RPC"] = "jsonrpc://127.0.0.1:" + std::to_string(in.service->port());
    }
    std::optional<cards::ControlServer> station;
    if (!wish.station.empty()) {
        auto started = cards::ControlServer::start_passing(
            control / "station.sock", [slot = sandbox->connector(sandbox->more_reader(0))](std::string_view line) {
                return cards::answer_slot_control(slot, line);
            });
        if (!started) return Unexpected{std::move(started).error()};
        station.emplace(std::move(*started));
    }
    return run_command(wish.command, environment);
}

}  // namespace

void add_sandbox(CLI::App& app, Verb& verb) {
    auto* sandbox = app.add_subcommand("sandbox", "Run a command with a private pcscd and virtual cards");
    auto wish = std::make_shared<SandboxWish>();
    sandbox->add_option("--card", wish->cards, "Image file, recipe, or built-in image; repeat for more cards")
        ->type_name("IMAGE")
        ->allow_extra_args(false);
    sandbox
        ->add_option("--reader-name", wish->reader_name,
                     "The readers are called NAME 00 00, NAME 00 01, NAME 2 00 00, NAME 2 00 01, ...")
        ->type_name("NAME")
        ->capture_default_str();
    sandbox->add_option("--readers", wish->readers, "At least so many readers, up to 16")
        ->type_name("N")
        ->check(CLI::Range(1, 16));
    auto* shim = sandbox->add_flag(
        "--shim", wish->shim,
        "Readers of our own driver, with a PIN pad and a control socket, $RAKIT_CONTROL/reader-0.sock, by "
        "which they are unplugged or made wrong (rakit reader): NAME 00 00, NAME 01 00, ...");
    sandbox->add_flag("--unplugged", wish->unplugged, "Those readers are not plugged in at first")->needs(shim);
    sandbox
        ->add_option("--service-fault", wish->service_fault,
                     "COMMAND meets a wrong PC/SC service (rakit reader faults): a library of ours before libpcsclite")
        ->type_name("NAME")
        ->check([](const std::string& name) {
            return reader::service_fault_from_name(name) ? std::string() : "no such fault of the service: " + name;
        });
    auto* printer = sandbox->add_flag(
        "--printer", wish->printer,
        "An emulated card printer too, its station a reader: RAKIT_PRINTER and RAKIT_PRINTER_RPC are its addresses, "
        "$RAKIT_CONTROL/printer.sock its control socket");
    sandbox
        ->add_option("--station", wish->station,
                     "One more reader, of this name, into which another process puts cards: rakit printer serve "
                     "--station $RAKIT_CONTROL/station.sock")
        ->type_name("NAME")
        ->excludes(printer);
    sandbox->add_option("--hopper", wish->hopper, "A card for the printer's hopper; repeat, the first is fed first")
        ->type_name("IMAGE")
        ->allow_extra_args(false)
        ->needs(printer);
    sandbox->add_option("--faces", wish->faces, "Folder for what is printed: CARD-front.png")
        ->type_name("DIR")
        ->needs(printer);
    sandbox->add_option("COMMAND", wish->command, "What to run, after --")->required();
    sandbox->footer(
        "Example: rakit sandbox --card pkcs15-tc -- pkcs15-tool --dump\n"
        "COMMAND's exit status is rakit's; RAKIT_CONTROL names the folder of the cards' control sockets.");
    sandbox->callback([wish, &verb] {
        const auto status = run_sandbox(*wish);
        verb.status = status ? *status : report(status.error(), status_of(status.error()));
    });
}

}  // namespace rakit::cli
