#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/interrupts.hpp"
#include "cli/printer_live.hpp"
#include "cli/verbs.hpp"
#include "common/base/file.hpp"
#include "virtual_cards/serve/control_server.hpp"

namespace rakit::cli {
namespace {

using nlohmann::json;

struct ServeWish {
    std::vector<std::string> names{printer::Model{}.name};
    std::string address = "127.0.0.1";
    std::uint16_t raw_port = 9100;
    std::uint16_t rpc_port = 18000;
    std::vector<std::string> stations;
    std::vector<std::string> hopper;
    std::string control;
    std::string faces;
    std::string state;
    std::string ready_file;
    printer::Capacity capacity;
};

struct ControlWish {
    std::string socket;
    std::vector<std::string> command;
    bool json = false;
};

/// station connects to vpcd's port, or to the slot that a sandbox lends at its socket.
cards::Connector station(const std::string& where) {
    if (where.find_first_not_of("0123456789") != std::string::npos)
        return [lent = cards::to_lent_slot(where)]() -> Result<Descriptor> {
            auto slot = lent();
            if (slot) return slot;
            Error absent(slot.error());
            absent.remedy = "rakit sandbox --station makes it, while it runs";
            return Unexpected{std::move(absent)};
        };
    return cards::to_loopback(static_cast<std::uint16_t>(std::stoul(where)));
}

std::string station_word(const std::string& where) {
    if (where.find_first_not_of("0123456789") != std::string::npos) return {};
    const bool port = !where.empty() && where.size() <= 5 && std::stoul(where) >= 1 && std::stoul(where) <= 65535;
    return port ? std::string() : "neither a port nor a socket: " + where;
}

/// wish_for is the `at`-th printer: ports, station and serial number count up; only the first has cards in its hopper.
LivePrinterWish wish_for(const ServeWish& wish, std::size_t at) {
    LivePrinterWish one;
    one.model.name = wish.names[at];
    char serial[32];
    std::snprintf(serial, sizeof serial, "RKT%07zu", at + 1);
    one.model.serial = serial;
    one.capacity = wish.capacity;
    one.address = wish.address;
    one.raw_port = wish.raw_port == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(wish.raw_port + at);
    if (at < wish.stations.size()) one.station = station(wish.stations[at]);
    if (!wish.control.empty()) one.control = std::filesystem::path(wish.control) / (std::to_string(at) + ".sock");
    one.faces = wish.faces;
    if (!wish.state.empty()) one.state = std::filesystem::path(wish.state) / std::to_string(at);
    if (at == 0) one.hopper = wish.hopper;
    return one;
}

Result<void> make_folder(const std::string& folder, mode_t mode) {
    if (folder.empty()) return {};
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem || ::chmod(folder.c_str(), mode) != 0)
        return fail(ErrorCode::file_unwritable, problem ? problem.message() : "can't be given its mode", folder);
    return {};
}

/// can_serve tells whether the service can tell the printers apart by their names, and each has a port.
Result<void> can_serve(const ServeWish& wish) {
    std::set<std::string> names;
    for (const auto& name : wish.names) {
        if (name.empty() || name.find_first_of(",;") != std::string::npos)
            return fail(ErrorCode::usage, "--name: a printer's name isn't empty, and holds neither , nor ;", name);
        if (!names.insert(name).second) return fail(ErrorCode::usage, "--name: two printers of one name", name);
    }
    if (wish.raw_port + wish.names.size() - 1 > 65535)
        return fail(ErrorCode::usage, "--port: no ports are left above it for further printers",
                    std::to_string(wish.raw_port));
    return {};
}

Result<void> serve(const ServeWish& wish) {
    const Interrupts interrupts;
    if (auto can = can_serve(wish); !can) return can;
    if (auto made = make_folder(wish.control, 0700); !made) return made;
    if (auto made = make_folder(wish.faces, 0755); !made) return made;
    if (auto made = make_folder(wish.state, 0700); !made) return made;
    printer::Rpc rpc;
    std::vector<std::unique_ptr<LivePrinter>> live;
    json ready{{"printers", json::array()}};
    for (std::size_t at = 0; at < wish.names.size(); ++at) {
        const auto one = wish_for(wish, at);
        auto started = LivePrinter::start(one, rpc);
        if (!started) return Unexpected{std::move(started).error()};
        live.push_back(std::move(*started));
        ready["printers"].push_back({{"name", one.model.name}, {"raw", live.back()->raw_url()}});
        if (!one.control.empty()) ready["printers"].back()["control"] = one.control.string();
        std::printf("printer '%s' at %s\n", one.model.name.c_str(), live.back()->raw_url().c_str());
    }
    auto service = printer::start_rpc_port(rpc, wish.address, wish.rpc_port);
    if (!service) return Unexpected{std::move(service).error()};
    const std::string url = "jsonrpc://" + wish.address + ":" + std::to_string(service->port());
    ready["rpc"] = url;
    std::printf("service at %s\n", url.c_str());
    std::fflush(stdout);
    if (wish.address.rfind("127.", 0) != 0)
        std::fprintf(stderr, "rakit: WARNING: listening on %s, beyond this machine, where anybody may move cards\n",
                     wish.address.c_str());
    if (!wish.ready_file.empty())
        if (auto written = write_file_atomically(wish.ready_file, as_bytes(ready.dump(2) + "\n")); !written)
            return written;
    interrupts.wait();
    return {};
}

/// request_of turns `load pkcs15-tc 0A0B`, `arm '{"kind": ...}'` or `open-cover` into the request's line; whether it is
/// right the socket tells.
Result<std::string> request_of(const std::vector<std::string>& command) {
    json request{{"command", command.at(0)}};
    const auto value = [&](std::size_t at, const char* name, bool as_json) -> Result<void> {
        if (at >= command.size()) return {};
        request[name] = as_json ? json::parse(command[at], nullptr, false) : json(command[at]);
        if (request[name].is_discarded()) return fail(ErrorCode::usage, "not JSON: " + command[at]);
        return {};
    };
    std::size_t most = 1;
    Result<void> good;
    if (command[0] == "load" || command[0] == "load-back") {
        most = 3;
        good = value(1, "image", false);
        if (good) good = value(2, "serial", false);
        // The printer's working folder isn't ours.
        if (std::error_code none; command.size() > 1 && std::filesystem::exists(command[1], none))
            request["image"] = std::filesystem::absolute(command[1]).string();
    } else if (command[0] == "arm") {
        most = 2;
        good = value(1, "fault", true);
    } else if (command[0] == "arm-card" || command[0] == "snapshot") {
        most = 3;
        good = value(1, "card", false);
        if (good) good = value(2, "fault", true);
    }
    if (!good) return Unexpected{std::move(good).error()};
    if (command.size() > most) return fail(ErrorCode::usage, "too much behind " + command[0]);
    return request.dump();
}

void print_state(const json& state) {
    std::printf("%s: %s, %s, job %s, cover %s\n", state.value("printer", "").c_str(), state.value("phase", "").c_str(),
                state.value("supervised", "").c_str(), state.value("job", "").c_str(),
                state.value("coverOpen", false) ? "open" : "closed");
    for (const auto& card : state.value("cards", json::array()))
        std::printf("  %-20s %s%s\n", card.value("card", "").c_str(), card.value("place", "").c_str(),
                    card.value("printed", 0) > 0 ? ", printed" : "");
}

int control(const ControlWish& wish) {
    const auto request = request_of(wish.command);
    if (!request) return report(request.error(), kNotTried);
    const auto answer = cards::ask_control(wish.socket, *request);
    if (!answer) return report(answer.error(), status_of(answer.error()));
    const auto value = json::parse(*answer, nullptr, false);
    const bool good = value.is_object() && value.value("ok", false);
    if (wish.json || !good || !value.contains("state"))
        std::printf("%s\n", answer->c_str());
    else
        print_state(value["state"]);
    return good ? kDone : kFailed;
}

void add_serve(CLI::App& printer, Verb& verb) {
    auto* serve_verb = printer.add_subcommand("serve", "Emulate card printers, until interrupted");
    auto wish = std::make_shared<ServeWish>();
    serve_verb->add_option("--name", wish->names, "A printer's name; repeat for more printers")
        ->allow_extra_args(false);
    serve_verb->add_option("--address", wish->address, "Where to listen")->capture_default_str();
    serve_verb
        ->add_option("--port", wish->raw_port, "Raw port of the first printer, each further one a port higher; 0 picks")
        ->check(whole_number)
        ->capture_default_str();
    serve_verb->add_option("--rpc-port", wish->rpc_port, "Port of the JSON-RPC service of all; 0 picks")
        ->check(whole_number)
        ->capture_default_str();
    serve_verb
        ->add_option(
            "--station", wish->stations,
            "vpcd's port on 127.0.0.1 that the contact station is, or a sandbox's $RAKIT_CONTROL/station.sock; "
            "once for each printer")
        ->type_name("PORT|SOCKET")
        ->check(station_word)
        ->allow_extra_args(false);
    serve_verb
        ->add_option("--hopper", wish->hopper,
                     "A card for the first printer's hopper: image, recipe or built-in; repeat")
        ->type_name("IMAGE")
        ->allow_extra_args(false);
    serve_verb->add_option("--control", wish->control, "Folder of the control sockets: 0.sock, 1.sock")
        ->type_name("DIR");
    serve_verb->add_option("--faces", wish->faces, "Folder for what is printed: CARD-front.png")->type_name("DIR");
    serve_verb
        ->add_option(
            "--state", wish->state,
            "Folder in which the printer finds itself again, with all cards, after its process has ended, also "
            "by SIGKILL; --hopper is for a new one only")
        ->type_name("DIR");
    serve_verb->add_option("--ready-file", wish->ready_file, "JSON with all addresses, written when it listens")
        ->type_name("FILE");
    serve_verb->add_option("--output-capacity", wish->capacity.output, "Cards that the output tray holds")
        ->check(whole_number)
        ->capture_default_str();
    serve_verb->add_option("--reject-capacity", wish->capacity.reject, "Cards that the reject box holds")
        ->check(whole_number)
        ->capture_default_str();
    serve_verb->footer("Example: rakit printer serve --hopper pkcs15-tc --control printer --faces faces");
    serve_verb->callback([wish, &verb] {
        if (const auto done = serve(*wish); !done) verb.status = report(done.error(), status_of(done.error()));
    });
}

}  // namespace

void add_printer(CLI::App& app, Verb& verb) {
    auto* printer = app.add_subcommand("printer", "Emulated card printers");
    printer->require_subcommand(1);
    add_serve(*printer, verb);
    auto* ctl =
        printer->add_subcommand("ctl",
                                "Control an emulated printer: load, load-back, open-cover, close-cover, empty-trays, "
                                "new-ribbon, power-off, power-on, arm, "
                                "disarm, arm-card, snapshot, state");
    auto wish = std::make_shared<ControlWish>();
    ctl->add_option("SOCKET", wish->socket, "The printer's control socket")->required();
    ctl->add_option("COMMAND", wish->command,
                    "load IMAGE [SERIAL], load-back IMAGE [SERIAL], arm FAULT, arm-card CARD FAULT, snapshot CARD; "
                    "FAULT is JSON")
        ->required();
    ctl->footer("Example: rakit printer ctl $RAKIT_CONTROL/printer.sock arm '{\"kind\": \"jam-hopper\"}'");
    ctl->callback([wish, &verb] {
        wish->json = true;
        verb.status = control(*wish);
    });
    auto* status = printer->add_subcommand("status", "Say where an emulated printer stands, and where each card is");
    auto status_wish = std::make_shared<ControlWish>();
    status_wish->command = {"state"};
    status->add_option("SOCKET", status_wish->socket, "The printer's control socket")->required();
    status->add_flag("--json", status_wish->json, "Print JSON");
    status->footer("Example: rakit printer status $RAKIT_CONTROL/printer.sock");
    status->callback([status_wish, &verb] { verb.status = control(*status_wish); });
}

}  // namespace rakit::cli
