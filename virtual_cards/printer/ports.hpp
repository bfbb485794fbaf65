#pragma once

#include "virtual_cards/printer/esc.hpp"
#include "virtual_cards/printer/rpc.hpp"
#include "virtual_cards/printer/tcp_port.hpp"

namespace rakit::printer {

/// kLate is how late a late answer comes.
inline constexpr std::chrono::milliseconds kLate{2000};

/// raw_conversation speaks the ESC language; borrows the printer.
std::unique_ptr<Conversation> raw_conversation(Esc& esc, std::chrono::milliseconds late = kLate);

/// rpc_conversation takes one request, up to the client's end of writing, and answers it; borrows the service.
std::unique_ptr<Conversation> rpc_conversation(Rpc& rpc, std::chrono::milliseconds late = kLate);

/// start_raw_port serves one client at a time; others get NACK T and are sent away. It also is the printer's clock.
Result<TcpPort> start_raw_port(Esc& esc, const std::string& address, std::uint16_t port,
                               std::chrono::milliseconds late = kLate);
Result<TcpPort> start_rpc_port(Rpc& rpc, const std::string& address, std::uint16_t port,
                               std::chrono::milliseconds late = kLate);

}  // namespace rakit::printer
