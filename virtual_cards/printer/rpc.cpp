#include "virtual_cards/printer/rpc.hpp"

#include <nlohmann/json.hpp>

#include "common/document/json_text.hpp"
#include "virtual_cards/printer/picture.hpp"
#include "virtual_cards/printer/rpc_parts.hpp"
#include "virtual_cards/printer/states.hpp"

namespace rakit::printer {
namespace {

using nlohmann::json;

json error_object(const RpcError& error) {
    json object{{"code", error.code}, {"message", error.message}};
    if (!error.data.empty()) object["data"] = error.data;
    return object;
}

json answer_of(const json& id, const char* member, json value) {
    return {{"jsonrpc", "2.0"}, {member, std::move(value)}, {"id", id}};
}

bool proper_id(const json& request) {
    return !request.contains("id") || request["id"].is_string() || request["id"].is_number() || request["id"].is_null();
}

bool proper_request(const json& request) {
    return request.is_object() && request.contains("jsonrpc") && request["jsonrpc"] == "2.0" &&
           request.contains("method") && request["method"].is_string() && proper_id(request) &&
           (!request.contains("params") || request["params"].is_structured());
}

}  // namespace

/// Session is one print job of the service.
struct Rpc::Session {
    Esc* esc = nullptr;
    std::uint64_t job = 0;  ///< the printer's job that it began
    std::map<std::string, std::string> settings;
    std::map<Side, std::shared_ptr<Picture>> faces;

    /// open tells whether that job still is; another one may be by now, which isn't this session's to touch.
    bool open(const Machine& machine) const { return in_job(machine) && machine.jobs == job; }
};

/// Call is one request that is being answered.
struct Rpc::Call {
    std::string method;
    json params = json::object();
    Printer* printer = nullptr;  ///< the one that was spoken of, if any: its faults hold for the answer

    /// text gives a member as text; the service's clients send numbers as text too. Throws RpcError.
    std::string text(const char* name) const {
        const auto found = params.find(name);
        if (found == params.end()) throw RpcError{kInvalidParams, std::string("missing: ") + name, {}};
        if (found->is_string()) return found->get<std::string>();
        if (found->is_number()) return found->dump();
        throw RpcError{kInvalidParams, std::string("not a text: ") + name, {}};
    }
};

void Rpc::add(Esc& esc) {
    const std::lock_guard lock(x_mutex);
    x_devices[esc.printer().model().name] = &esc;
}

Rpc::Answered Rpc::answer(std::string_view text) {
    const auto parsed = document::parse_json(text);
    if (!parsed)
        return {answer_of(nullptr, "error", error_object({kParseError, "Parse error", {}})).dump(), Delivery::sent};
    const json& request = *parsed;
    if (!proper_request(request)) {
        const bool has_id = request.is_object() && request.contains("id") && proper_id(request);
        const RpcError error{kInvalidRequest, "Invalid Request", request.is_array() ? "no batches here" : ""};
        return {answer_of(has_id ? request["id"] : json(), "error", error_object(error)).dump(), Delivery::sent};
    }
    Call call{request["method"], request.value("params", json::object()), nullptr};
    const json id = request.value("id", json());
    json answer;
    try {
        answer = answer_of(id, "result", dispatch(call));
    } catch (const RpcError& error) {
        answer = answer_of(id, "error", error_object(error));
    }
    const Delivery delivery = call.printer != nullptr ? call.printer->delivery() : Delivery::sent;
    return {request.contains("id") ? answer.dump(-1, ' ', false, json::error_handler_t::replace) : "", delivery};
}

json Rpc::dispatch(Call& call) {
    struct Row {
        std::string_view name;
        Method method;
    };
    static constexpr std::array kMethods{
        Row{"CMD.SendCommand", &Rpc::send_command},
        Row{"CMD.GetStatus", &Rpc::get_status},
        Row{"CMD.ResetCom", &Rpc::reset_com},
        Row{"SUPERVISION.List", &Rpc::list},
        Row{"SUPERVISION.AddDevice", &Rpc::add_device},
        Row{"SUPERVISION.GetState", &Rpc::get_state},
        Row{"SUPERVISION.GetEvent", &Rpc::get_event},
        Row{"SUPERVISION.SetEvent", &Rpc::set_event},
        Row{"PRINT.Begin", &Rpc::begin},
        Row{"PRINT.Set", &Rpc::set},
        Row{"PRINT.SetBitmap", &Rpc::set_bitmap},
        Row{"PRINT.Print", &Rpc::print},
        Row{"PRINT.End", &Rpc::end},
    };
    for (const auto& row : kMethods)
        if (row.name == call.method) {
            // By position is JSON-RPC's other way to give them; the service's methods have names for theirs.
            if (call.params.is_array()) throw RpcError{kInvalidParams, "params by name, please", {}};
            return (this->*row.method)(call);
        }
    throw RpcError{kMethodNotFound, "Method not found", call.method};
}

Esc& Rpc::device(Call& call) {
    const auto name = call.text("device");
    const std::lock_guard lock(x_mutex);
    const auto found = x_devices.find(name);
    if (found == x_devices.end()) throw RpcError{kNoDevice, "no such device", name};
    call.printer = &found->second->printer();
    return *found->second;
}

std::shared_ptr<Rpc::Session> Rpc::session(Call& call) {
    const auto name = call.text("session");
    const std::lock_guard lock(x_mutex);
    const auto found = x_sessions.find(name);
    if (found == x_sessions.end()) throw RpcError{kNoSession, "no such session", name};
    call.printer = &found->second->esc->printer();
    return found->second;
}

Place Rpc::reject_box(Esc& esc) {
    const auto machine = esc.printer().look();
    const std::lock_guard lock(x_mutex);
    for (const auto& [name, session] : x_sessions) {
        if (session->esc != &esc || !session->open(machine)) continue;
        const auto& tray = session->settings["GRejectBox"];
        return tray == "HOPPER" ? Place::output : tray == "PRINTER" ? Place::inside : Place::reject;
    }
    return Place::reject;
}

json Rpc::send_command(Call& call) {
    Esc& esc = device(call);
    const auto text = call.text("command");
    EscFrames frames;
    frames.feed(to_bytes(text + "\r"));
    const auto command = frames.next();
    if (!command || frames.next()) throw RpcError{kInvalidParams, "not one command", text};
    const auto reply = esc.answer(*command);
    if (reply.offline) throw RpcError{kOffline, "offline", "the printer has no power"};
    return word_of(reply);
}

json Rpc::get_status(Call& call) {
    const auto machine = device(call).printer().look();
    // Four words, as the service gives them: configuration, information, warning, error; ours say one bit each.
    const auto state = supervised_state(machine);
    const bool information = machine.phase == Phase::encoding || machine.phase == Phase::printing;
    return std::string("00000000;") + (information ? "00000001;" : "00000000;") +
           (state.major == "WARNING" ? "00000001;" : "00000000;") +
           (state.major == "ERROR" || state.major == "OFF" ? "00000001" : "00000000");
}

json Rpc::reset_com(Call& call) {
    device(call);
    return "OK";
}

json Rpc::list(Call& call) {
    const auto level = call.params.contains("level") ? call.text("level") : "2";
    if (level != "0" && level != "1" && level != "2") throw RpcError{kInvalidParams, "level is 0, 1 or 2", level};
    const auto model = call.params.contains("device") ? call.text("device") : "";
    const std::lock_guard lock(x_mutex);
    std::string all;
    for (const auto& [name, esc] : x_devices) {
        if (name.rfind(model, 0) != 0) continue;
        const auto state = supervised_state(esc->printer().look());
        all += (all.empty() ? "" : ";") + name;
        if (level != "0") all += "," + state.major;
        if (level == "2") all += "," + state.minor;
    }
    return all;
}

json Rpc::add_device(Call& call) {
    device(call);
    return "OK";
}

json Rpc::get_state(Call& call) {
    const auto state = supervised_state(device(call).printer().look());
    return state.major + "," + state.minor;
}

json Rpc::get_event(Call& call) {
    const auto state = supervised_state(device(call).printer().look());
    const auto actions = actions_of(state);
    return actions.empty() ? "NONE" : state.minor + ":" + actions;
}

json Rpc::set_event(Call& call) {
    Esc& esc = device(call);
    const auto wish = call.text("action");
    const auto state = supervised_state(esc.printer().look());
    const auto colon = wish.find(':');
    if (colon == std::string::npos || wish.substr(0, colon) != state.minor)
        throw RpcError{kInvalidParams, "no such event now", wish};
    const auto action = wish.substr(colon + 1);
    if (("," + actions_of(state) + ",").find("," + action + ",") == std::string::npos)
        throw RpcError{kInvalidParams, "no such action for this event", wish};
    auto& printer = esc.printer();
    Refusal refusal = Refusal::none;
    if (state.minor != "BUSY") refusal = printer.ask(ClearStatus{});
    if (refusal == Refusal::none && action == "CANCEL") {
        refusal = printer.ask(CancelJob{reject_box(esc)});
        if (refusal == Refusal::not_allowed) refusal = printer.look().inside ? printer.ask(Reject{}) : Refusal::none;
    }
    if (refusal != Refusal::none) throw RpcError{kRefused, "refused", std::string(name(refusal))};
    return "OK";
}

json Rpc::begin(Call& call) {
    Esc& esc = device(call);
    if (call.params.contains("session")) {
        // Who names a session goes on with the one of that name, e.g. after the connection broke.
        const std::lock_guard lock(x_mutex);
        const auto found = x_sessions.find(call.text("session"));
        if (found != x_sessions.end() && found->second->esc == &esc && found->second->open(esc.printer().look()))
            return found->first;
    }
    const Refusal refusal = esc.printer().ask(BeginJob{});
    if (refusal == Refusal::offline) throw RpcError{kOffline, "offline", {}};
    if (refusal != Refusal::none) throw RpcError{kBusy, "busy", std::string(name(refusal))};
    const std::lock_guard lock(x_mutex);
    char number[16];
    std::snprintf(number, sizeof number, "JOB%06u", x_next_session++);
    const std::string wanted = call.params.contains("session") ? call.text("session") : number;
    // A session of that name whose job is over is forgotten: its client is gone.
    x_sessions[wanted] = std::make_shared<Session>(Session{&esc, esc.printer().look().jobs, {}, {}});
    return wanted;
}

json Rpc::set(Call& call) {
    const auto one = session(call);
    for (const auto& [key, value] : settings_of(call.text("data"))) one->settings[key] = value;
    return "OK";
}

json Rpc::set_bitmap(Call& call) {
    const auto one = session(call);
    const auto face = call.params.contains("face") ? call.text("face") : "front";
    const auto panel = call.params.contains("panel") ? call.text("panel") : "color";
    if (face != "front" && face != "back") throw RpcError{kInvalidParams, "face is front or back", face};
    if (panel != "color" && panel != "resin" && panel != "varnish")
        throw RpcError{kInvalidParams, "panel is color, resin or varnish", panel};
    const auto octets = base64_of(call.text("data"));
    const auto picture = octets ? picture_of(*octets) : std::nullopt;
    if (!picture) throw RpcError{kInvalidParams, "data is base64: and a PNG or BMP of 1016 x 648", {}};
    if (panel == "varnish") return "OK";  // can't be seen
    auto& there = one->faces[face == "front" ? Side::front : Side::back];
    if (!there) there = std::make_shared<Picture>();
    overlay(*there, *picture);
    return "OK";
}

json Rpc::print(Call& call) {
    const auto one = session(call);
    auto& printer = one->esc->printer();
    const auto stop = [&](Refusal refusal) {
        if (refusal == Refusal::offline) throw RpcError{kOffline, "offline", {}};
        const auto state = supervised_state(printer.look());
        throw RpcError{kRefused, std::string(name(refusal)), state.minor};
    };
    if (one->faces.empty()) throw RpcError{kInvalidParams, "no bitmap was set", {}};
    const auto machine = printer.look();
    if (in_job(machine) && !one->open(machine)) throw RpcError{kBusy, "busy", "another job is open"};
    const auto& input = one->settings["GInputTray"];
    if (input == "PRINTER" && machine.powered && !machine.inside) stop(Refusal::no_card);
    if (const auto refusal = input == "MANUAL" ? printer.ask(FromBack{}) : printer.ask(ToPrint{});
        refusal != Refusal::none)
        stop(refusal);
    for (const auto& [side, picture] : one->faces)
        if (const auto refusal = printer.ask(Print{{side, picture}}); refusal != Refusal::none) stop(refusal);
    const auto& output = one->settings["GOutputTray"];
    if (output == "PRINTER") return "OK";
    if (const auto refusal = output == "REAR" ? printer.ask(EjectBack{}) : printer.ask(Eject{});
        refusal != Refusal::none)
        stop(refusal);
    return "OK";
}

json Rpc::end(Call& call) {
    const auto one = session(call);
    // A job whose card has left, or that was cancelled, is over already.
    auto& printer = one->esc->printer();
    if (one->open(printer.look())) (void)printer.ask(EndJob{});
    const std::lock_guard lock(x_mutex);
    x_sessions.erase(call.text("session"));
    return "OK";
}

}  // namespace rakit::printer
