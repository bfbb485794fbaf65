#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "virtual_cards/printer/esc.hpp"

namespace rakit::printer {

/// Rpc is the JSON-RPC 2.0 service in front of one or several printers (docs/formats/printer.md). Safe to use from any
/// thread.
class Rpc {
public:
    /// add makes a printer known by its model's name; borrowed.
    void add(Esc& esc);
    /// drops tells whether the answer to a request gets lost on its way, or comes late.
    struct Answered {
        std::string text;  ///< empty: a notification has no answer
        Delivery delivery = Delivery::sent;
    };
    /// answer takes one request object as text.
    Answered answer(std::string_view request);

private:
    struct Session;
    struct Call;
    using Method = nlohmann::json (Rpc::*)(Call& call);
    nlohmann::json dispatch(Call& call);
    nlohmann::json send_command(Call& call);
    nlohmann::json get_status(Call& call);
    nlohmann::json reset_com(Call& call);
    nlohmann::json list(Call& call);
    nlohmann::json add_device(Call& call);
    nlohmann::json get_state(Call& call);
    nlohmann::json get_event(Call& call);
    nlohmann::json set_event(Call& call);
    nlohmann::json begin(Call& call);
    nlohmann::json set(Call& call);
    nlohmann::json set_bitmap(Call& call);
    nlohmann::json print(Call& call);
    nlohmann::json end(Call& call);

    Esc& device(Call& call);
    std::shared_ptr<Session> session(Call& call);
    /// reject_box tells where the card of the job that is open goes when it is cancelled: GRejectBox of its session.
    Place reject_box(Esc& esc);

    std::mutex x_mutex;
    std::map<std::string, Esc*> x_devices;
    std::map<std::string, std::shared_ptr<Session>> x_sessions;
    unsigned x_next_session = 1;
};

}  // namespace rakit::printer
