#pragma once

#include <chrono>
#include <string>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"

namespace rakit::reference {

/// TcpStream is a connection whose every wait is bounded. Failure of all: printer_offline.
class TcpStream {
public:
    static Result<TcpStream> connect(const std::string& host, const std::string& port, std::chrono::milliseconds bound);
    Result<void> send(ByteView octets);
    /// end_writing tells the peer that no more comes.
    void end_writing();
    /// receive waits for at least one octet; none means that the peer has ended.
    Result<Bytes> receive(std::chrono::milliseconds bound);

private:
    TcpStream(Descriptor link, std::string where) : x_link(std::move(link)), x_where(std::move(where)) {}
    Descriptor x_link;
    std::string x_where;
};

}  // namespace rakit::reference
