#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
#include "virtual_cards/reader/fault.hpp"
#include "virtual_cards/reader/service_fault.hpp"
#include "virtual_cards/serve/control_server.hpp"

namespace rakit::cli {
namespace {

using nlohmann::json;

struct ReaderWish {
    std::string socket;
    std::vector<std::string> command;
    bool as_json = false;
};

/// request_of turns `fault cut-at-256`, `keys 1234E` or `trait short-only on` into the request's line; whether they are
/// right the socket tells.
Result<std::string> request_of(const std::vector<std::string>& command) {
    json request{{"command", command.at(0)}};
    const auto values = command.size() - 1;
    if (command[0] == "trait") {
        if (values != 2 || (command[2] != "on" && command[2] != "off"))
            return fail(ErrorCode::usage, "trait takes a name and on or off");
        request["trait"] = command[1];
        request["on"] = command[2] == "on";
    } else if (values == 1) {
        request[command[0] == "keys" ? "keys" : "fault"] = command[1];
    } else if (values > 1) {
        return fail(ErrorCode::usage, "a command and its value");
    }
    return request.dump();
}

int control_reader(const ReaderWish& wish) {
    const auto request = request_of(wish.command);
    if (!request) return report(request.error(), kNotTried);
    const auto answer = cards::ask_control(wish.socket, *request);
    if (!answer) return report(answer.error(), status_of(answer.error()));
    std::printf("%s\n", answer->c_str());
    const auto value = json::parse(*answer, nullptr, false);
    return value.is_object() && value.value("ok", false) ? kDone : kFailed;
}

void print_faults(bool as_json) {
    json list = json::array();
    for (const auto& row : reader::faults())
        list.push_back(
            {{"name", row.name}, {"in", "reader"}, {"what", row.what}, {"cases", row.cases}, {"trait", row.trait}});
    for (const auto& row : reader::service_faults())
        list.push_back(
            {{"name", row.name}, {"in", "service"}, {"what", row.what}, {"cases", row.cases}, {"trait", ""}});
    if (as_json) {
        std::printf("%s\n", list.dump(2).c_str());
        return;
    }
    for (const auto& row : list)
        std::printf("%-8s %-30s %s (case %s)\n", row["in"].get<std::string>().c_str(),
                    row["name"].get<std::string>().c_str(), row["what"].get<std::string>().c_str(),
                    row["cases"].get<std::string>().c_str());
}

}  // namespace

void add_reader(CLI::App& app, Verb& verb) {
    auto* reader =
        app.add_subcommand("reader", "The readers of sandbox --shim: make them wrong, type PINs, unplug them");
    reader->require_subcommand(1);
    auto wish = std::make_shared<ReaderWish>();
    auto* control = reader->add_subcommand(
        "ctl", "Control a reader: fault, clear, faults, trait, truncate, keys, pad, unplug, replug, capabilities");
    control->add_option("SOCKET", wish->socket, "The reader's control socket")->required();
    control
        ->add_option("COMMAND", wish->command,
                     "The command and its value: fault NAME, clear [NAME], trait NAME on|off, keys 1234E")
        ->required();
    control->footer("Example: rakit reader ctl $RAKIT_CONTROL/reader-0.sock fault cut-at-256");
    control->callback([wish, &verb] { verb.status = control_reader(*wish); });
    auto* list = reader->add_subcommand("faults",
                                        "List the ways in which such a reader, or the service before it, can be wrong");
    list->add_flag("--json", wish->as_json, "As JSON");
    list->callback([wish] { print_faults(wish->as_json); });
}

}  // namespace rakit::cli
