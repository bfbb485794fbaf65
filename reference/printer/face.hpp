#pragma once

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "reference/printer/card_printer.hpp"

namespace rakit::reference {

/// FaceDots is a card's front in black, 1016 x 648 at 300 dpi.
struct FaceDots {
    static constexpr std::size_t kWidth = 1016;
    static constexpr std::size_t kHeight = 648;
    std::vector<bool> black = std::vector<bool>(kWidth * kHeight, false);  ///< line by line from the top left
};

/// draw_face lays name and validity out.
FaceDots draw_face(const FaceText& face);

/// panel_lines gives dots as the printer takes them: 1016 lines of 81 octets, from the card's left edge, the first dot
/// of each at its bottom.
Bytes panel_lines(const FaceDots& dots);

/// compressed packs panel lines as `Dbc` has it: an octet a line, 00 all blank, FF all black, else how many follow.
Bytes compressed(ByteView lines);

/// to_png writes dots as a PNG.
Bytes to_png(const FaceDots& dots);

}  // namespace rakit::reference
