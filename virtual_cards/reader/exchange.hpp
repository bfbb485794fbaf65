#pragma once

#include <chrono>
#include <optional>

#include "common/base/bytes.hpp"
#include "virtual_cards/reader/fault.hpp"

namespace rakit::reader {

/// Outcome is how a call of the driver's interface ends (pcsc-lite's ifdhandler.h, IFD_*).
enum class Outcome {
    done,
    no_card,        ///< IFD_ICC_NOT_PRESENT
    unplugged,      ///< IFD_NO_SUCH_DEVICE
    communication,  ///< IFD_COMMUNICATION_ERROR
    timeout,        ///< IFD_RESPONSE_TIMEOUT
    power,          ///< IFD_ERROR_POWER_ACTION
    protocol,       ///< IFD_PROTOCOL_NOT_SUPPORTED
    unsupported,    ///< IFD_NOT_SUPPORTED
    unknown_tag,    ///< IFD_ERROR_TAG
    short_buffer,   ///< IFD_ERROR_INSUFFICIENT_BUFFER
};

/// Exchange is one command and its answer, while faults bend them.
struct Exchange {
    Bytes command;
    Bytes answer;                        ///< empty: the card hasn't been asked
    std::optional<Outcome> outcome;      ///< how it ended without an answer
    std::chrono::milliseconds delay{0};  ///< before the command is sent
    int sendings = 1;
    std::size_t overlong = 0;  ///< octets that the length is too large by
};

/// Memory is what a faulty reader remembers between commands.
struct Memory {
    unsigned commands = 0;
    Bytes previous;    ///< the last answer
    Bytes first_part;  ///< of a chain of GET RESPONSE
    bool stuck = false;
};

/// bend_command lets faults change a command, refuse it (outcome) or answer it without the card (answer).
void bend_command(const Faults& faults, Memory& memory, Exchange& exchange);

/// bend_answer lets faults change what came back.
void bend_answer(const Faults& faults, Memory& memory, Exchange& exchange);

/// is_extended tells whether a command has extended length (ISO/IEC 7816-4 section 5.1).
bool is_extended(ByteView command);

}  // namespace rakit::reader
