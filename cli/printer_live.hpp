#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "virtual_cards/printer/ports.hpp"
#include "virtual_cards/printer/unit.hpp"
#include "virtual_cards/serve/control_server.hpp"

namespace rakit::cli {

/// LivePrinterWish says what an emulated printer is like and where it listens.
struct LivePrinterWish {
    printer::Model model;
    printer::Capacity capacity;
    std::string address = "127.0.0.1";
    std::uint16_t raw_port = 0;
    cards::Connector station;         ///< vpcd's slot; none: nobody sees the card
    std::filesystem::path control;    ///< socket; empty: none
    std::filesystem::path faces;      ///< folder of what was printed; empty: nowhere
    std::filesystem::path state;      ///< folder in which it finds itself again; empty: none
    std::vector<std::string> hopper;  ///< images, for a printer that doesn't find itself again
};

/// LivePrinter is an emulated card printer with its raw port and control socket.
class LivePrinter {
public:
    /// Failures: those of making cards, of what was kept of the printer, of listening, of the control socket.
    static Result<std::unique_ptr<LivePrinter>> start(const LivePrinterWish& wish, printer::Rpc& rpc);
    std::string raw_url() const;

private:
    explicit LivePrinter(const LivePrinterWish& wish);

    SystemClock x_clock;
    printer::OpenCard x_open;
    std::optional<printer::Store> x_store;
    printer::CardBank x_bank;
    printer::VpcdContacts x_contacts;
    printer::Unit x_unit;
    std::string x_address;
    std::optional<printer::TcpPort> x_raw;
    std::optional<cards::ControlServer> x_control;
};

}  // namespace rakit::cli
