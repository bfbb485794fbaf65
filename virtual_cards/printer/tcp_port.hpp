#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::printer {

/// Spoken is what a conversation has to say to its client.
struct Spoken {
    Bytes octets;
    bool close = false;                  ///< afterwards
    std::chrono::milliseconds delay{0};  ///< before
};

/// Conversation is one client's connection without a socket.
class Conversation {
public:
    virtual ~Conversation() = default;
    virtual Spoken heard(ByteView octets) = 0;
    /// ended: the client says no more, but may still listen.
    virtual Spoken ended() = 0;
    /// over tells whether we hang up, whatever the client does; asked every second or so, and before it is heard.
    virtual bool over() const { return false; }
};

/// TcpOptions say where and how a port listens.
struct TcpOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;   ///< 0 picks one
    bool one_client = false;  ///< at a time; others hear `busy` and are sent away
    Bytes busy;
    std::chrono::milliseconds patience{60000};  ///< with a client of which nothing is heard; only if it isn't the one
    std::function<void()> tick;                 ///< called every second or so
};

/// TcpPort listens and holds a conversation with each client, in a thread of its own, until it is destroyed.
class TcpPort {
public:
    using Converse = std::function<std::unique_ptr<Conversation>()>;
    /// Failure: io_failed (the address is taken or isn't ours).
    static Result<TcpPort> start(TcpOptions options, Converse converse);
    TcpPort(TcpPort&&) noexcept;
    TcpPort& operator=(TcpPort&&) noexcept;
    ~TcpPort();
    std::uint16_t port() const;

private:
    class Worker;
    explicit TcpPort(std::unique_ptr<Worker> worker);
    std::unique_ptr<Worker> x_worker;
};

}  // namespace rakit::printer
