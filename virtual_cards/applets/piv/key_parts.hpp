#pragma once

#include "virtual_cards/applets/piv/state.hpp"

namespace rakit::cards::piv {

/// public_key_fields gives what stands in 7F49 (SP 800-73-4 part 2 table 11): 81 modulus and 82 exponent, or 86 point.
Bytes public_key_fields(SlotKey& slot);

/// key_of_parts makes a key of IMPORT's data: 01 p, 02 q, 03 dp, 04 dq, 05 qinv with e = 65537, or 06 d. Nothing if
/// parts are missing or don't belong together.
std::optional<KeyObject> key_of_parts(Algorithm algorithm, ByteView data);

}  // namespace rakit::cards::piv
