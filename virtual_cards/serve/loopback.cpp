#include <cerrno>
#include <cstring>
#include <string>

#include "common/base/socket.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::cards {
namespace {

constexpr std::chrono::seconds kConnectBound{5};

Unexpected refused(std::uint16_t port, int cause) {
    return fail(ErrorCode::io_failed, "can't connect: " + std::string(std::strerror(cause)),
                "127.0.0.1:" + std::to_string(port), "is pcscd running with the vpcd driver at this port?");
}

Result<Descriptor> connect_to(std::uint16_t port) {
    Descriptor link = connect_loopback(port, kConnectBound);
    if (!link) return refused(port, errno);
    return link;
}

}  // namespace

Connector to_loopback(std::uint16_t port) {
    return [port] { return connect_to(port); };
}

}  // namespace rakit::cards
