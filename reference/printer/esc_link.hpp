#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "reference/printer/face.hpp"

namespace rakit::reference {

/// EscAnswer is what a printer said to one command of the ESC language.
struct EscAnswer {
    enum class Kind { ack, nack, text };
    Kind kind = Kind::ack;
    char code = 0;     ///< of nack
    std::string text;  ///< of text; of nack the reason, if the way there carries it
};

/// EscLink carries the ESC language to a printer: the raw port, or the JSON-RPC service.
class EscLink {
public:
    virtual ~EscLink() = default;
    /// say sends one command and waits for its answer. Failures: printer_offline, printer_busy, printer_answer_invalid.
    virtual Result<EscAnswer> say(const std::string& command) = 0;
    /// print puts dots on the front of the card that is inside, and leaves it there. Failures as of say(); a refusal is
    /// an answer.
    virtual Result<EscAnswer> print(const FaceDots& dots) = 0;
};

/// PrinterUrl is what `--printer` names.
struct PrinterUrl {
    bool rpc = false;
    std::string host;
    std::string port;
    std::string device;  ///< of the service; empty: the only one it has
};

/// parse_printer_url reads `esc://HOST[:9100]` or `jsonrpc://HOST[:18000][/DEVICE]`. Failure: usage.
Result<PrinterUrl> parse_printer_url(const std::string& url);

/// raw_link speaks to the raw port; it connects with the first command, and again after a connection broke.
/// `bound` is how long an answer may take.
std::unique_ptr<EscLink> raw_link(PrinterUrl url, std::chrono::milliseconds bound);

/// rpc_link speaks through the service, a connection for each request.
std::unique_ptr<EscLink> rpc_link(PrinterUrl url, std::chrono::milliseconds bound);

}  // namespace rakit::reference
