#pragma once

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::iso7816 {

/// Atr is an answer to reset, taken apart as far as the host cares (ISO/IEC 7816-3 section 8.2).
struct Atr {
    Bytes bytes;       ///< the whole ATR, 2 to 33 octets
    Bytes historical;  ///< T1 to TK
    bool direct_convention = true;
    bool t0 = false;  ///< offers T=0
    bool t1 = false;  ///< offers T=1
};

/// parse_atr checks TS, the interface bytes, the length and TCK. Failure: card_unsupported with the offset in `where`.
Result<Atr> parse_atr(ByteView bytes);

/// named_application gives the application identifier that the historical bytes name (ISO/IEC 7816-4 section 8.1.1.2.2:
/// category 80 or 00, COMPACT-TLV `Fx`); nothing if they name none, or the ATR can't be read.
std::optional<Bytes> named_application(ByteView atr);

}  // namespace rakit::iso7816
