#pragma once

#include <array>
#include <map>
#include <mutex>
#include <string>

#include "common/base/bytes.hpp"
#include "virtual_cards/printer/esc_frames.hpp"
#include "virtual_cards/printer/printer.hpp"

namespace rakit::printer {

/// EscReply is what the printer says to one command.
struct EscReply {
    enum class Kind { ack, nack, text, silence };
    Kind kind = Kind::ack;
    char code = 0;         ///< of nack: 1 command, 2 parameter, T mechanical or timeout, C cover, F feeder, R ribbon
    std::string text;      ///< of text: what was asked for; of nack: the reason, which Rlr tells
    bool offline = false;  ///< the printer has no power: the connection ends instead
};

/// Esc is a printer's ESC language (docs/formats/printer.md): commands in, replies out. Safe to use from any thread.
class Esc {
public:
    explicit Esc(Printer& printer) : x_printer(printer) {}
    Printer& printer() { return x_printer; }

    EscReply answer(const EscCommand& command);
    /// wire gives a reply's octets in the error mode that is set: without bit 4 of Pem, ACK and NACK aren't sent.
    Bytes wire(const EscReply& reply) const;

private:
    EscReply perform(const EscCommand& command);
    EscReply ask(const Input& input);
    EscReply error_mode(const EscCommand& command);
    EscReply sensor(const EscCommand& command);
    EscReply feeder(const EscCommand& command);
    EscReply print(const EscCommand& command);
    EscReply download(const EscCommand& command);
    EscReply tell(const EscCommand& command);
    bool keeps_refused() const { return (x_mode & 3U) == 0; }

    Printer& x_printer;
    mutable std::mutex x_mutex;
    unsigned x_mode = 0;
    EscReply x_last;
    Side x_side = Side::front;
    std::map<char, std::vector<bool>> x_panels;  ///< downloaded, by colour: a bit a dot
};

}  // namespace rakit::printer
