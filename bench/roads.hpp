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

}  // namespace rakit::bench
