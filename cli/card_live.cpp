#include "cli/card_live.hpp"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/card_source.hpp"
#include "cli/interrupts.hpp"
#include "virtual_cards/serve/control_server.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cli {
namespace {

struct ServeWish {
    std::string image;
    std::uint16_t port = 0;
    std::string control;
};

struct ControlWish {
    std::string socket;
    std::vector<std::string> command;
};

Result<void> serve_card(const ServeWish& wish) {
    const Interrupts interrupts;
    auto card = open_card(wish.image);
    if (!card) return fail(std::move(card).error());
    auto served = cards::ServedCard::start(**card, cards::to_loopback(wish.port));
    if (!served) return fail(std::move(served).error());
    std::unique_ptr<cards::ControlServer> control;
    if (!wish.control.empty()) {
        auto started = cards::ControlServer::start(wish.control, cards::controlled(*served, **card));
        if (!started) return fail(std::move(started).error());
        control = std::make_unique<cards::ControlServer>(std::move(*started));
    }
    std::fprintf(stderr, "rakit: card %s is in, until ^C\n", (*card)->serial().c_str());
    interrupts.wait();
    return {};
}

/// request_of turns `arm '{"kind": ...}'`, `latency slow` or `remove` into the request's line; whether they are right
/// the socket tells.
Result<std::string> request_of(const std::vector<std::string>& command) {
    nlohmann::json request{{"command", command.at(0)}};
    if (command.size() > 2) return fail(ErrorCode::usage, "a command and at most one JSON value");
    if (command.size() == 2) {
        if (command[0] == "latency") {
            request["latency"] = command[1];
            return request.dump();
        }
        request["fault"] = nlohmann::json::parse(command[1], nullptr, false);
        if (request["fault"].is_discarded()) return fail(ErrorCode::usage, "not JSON: " + command[1]);
    }
    return request.dump();
}

int control_card(const ControlWish& wish) {
    const auto request = request_of(wish.command);
    if (!request) return report(request.error(), kNotTried);
    const auto answer = cards::ask_control(wish.socket, *request);
    if (!answer) return report(answer.error(), status_of(answer.error()));
    std::printf("%s\n", answer->c_str());
    const auto value = nlohmann::json::parse(*answer, nullptr, false);
    return value.is_object() && value.value("ok", false) ? kDone : kFailed;
}

}  // namespace

void add_card_live(CLI::App& card, Verb& verb) {
    auto* serve = card.add_subcommand("serve", "Insert a card into a vpcd reader, until interrupted");
    auto serve_wish = std::make_shared<ServeWish>();
    serve->add_option("IMAGE", serve_wish->image, "Image file, recipe, or built-in image")->required();
    serve->add_option("--port", serve_wish->port, "vpcd's port on 127.0.0.1 (35963 is the first slot of Debian's vpcd)")
        ->required();
    serve->add_option("--control", serve_wish->control, "Make the card's control socket here")->type_name("SOCKET");
    serve->footer("Example: rakit card serve pkcs15-tc --port 35963 --control /tmp/card.sock");
    serve->callback([serve_wish, &verb] {
        if (const auto done = serve_card(*serve_wish); !done)
            verb.status = report(done.error(), status_of(done.error()));
    });
    auto* control = card.add_subcommand(
        "ctl",
        "Control a live card: insert, remove, reset, snapshot, arm, disarm, faults, latency, counters, capabilities");
    auto control_wish = std::make_shared<ControlWish>();
    control->add_option("SOCKET", control_wish->socket, "The card's control socket")->required();
    control->add_option("COMMAND", control_wish->command, "The command; arm takes the fault as JSON, latency its name")
        ->required();
    control->footer("Example: rakit card ctl $RAKIT_CONTROL/0.sock remove");
    control->callback([control_wish, &verb] { verb.status = control_card(*control_wish); });
}

}  // namespace rakit::cli
