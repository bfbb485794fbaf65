# Writes OUTPUT, a header with the text of INPUT as rakit::embedded::SYMBOL. Octets as numbers: no limit on the length
# of a string literal, no delimiter that the text could contain.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," octets "${hex}")
file(WRITE ${OUTPUT} "#pragma once

#include <string_view>

namespace rakit::embedded {
inline constexpr unsigned char ${SYMBOL}_octets[] = {${octets}0};
inline const std::string_view ${SYMBOL}(reinterpret_cast<const char*>(${SYMBOL}_octets), sizeof ${SYMBOL}_octets - 1);
}  // namespace rakit::embedded
")
