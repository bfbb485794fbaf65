#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"

namespace rakit::bench {

/// kCommand is the APDU that is measured: GET DATA, card capabilities; a few octets each way and no cryptography.
inline const Bytes kCommand{0x00, 0xCA, 0x01, 0xAA, 0x00};

/// Road is one card at one depth, ready to be used; the object behind `transmit` keeps everything alive.
struct Road {
    std::string name;   ///< `DEPTH/CARD`
    bool slow = false;  ///< tens of milliseconds for each APDU: few iterations will do
    /// transmit sends kCommand; false unless the answer ends with 9000.
    std::function<bool()> transmit;
};

/// in_process_roads, wire_roads and pcsc_roads set up the cards of a depth. They throw std::runtime_error with what
/// failed. pcsc_roads sets PCSCLITE_CSOCK_NAME: this process becomes a client of its one sandbox.
std::vector<Road> in_process_roads();
std::vector<Road> wire_roads();
std::vector<Road> pcsc_roads();

/// Scale is how many APDUs per second several readers carry together, and what a read of one card takes.
struct Scale {
    struct Row {
        std::size_t readers = 0;
        std::vector<double> null_rates, card_rates;  ///< APDU/s of all together, one for each round
    };
    std::vector<Row> rows;
    double vicc_rate = 0;                             ///< APDU/s of Debian's vicc behind the same pcscd
    std::vector<double> own_read_ms, opensc_read_ms;  ///< a program's whole run, wall time
};

/// pcsc_scale measures 1 to 16 readers of one pcscd, each with a client thread of its own, with null cards and with
/// ours in turns; then vicc, and the read of one card by `rakit contents` (the program at `rakit`) and by pkcs15-tool.
/// Throws as the others, and sets PCSCLITE_CSOCK_NAME too.
Scale pcsc_scale(int rounds, const std::string& rakit);

}  // namespace rakit::bench
