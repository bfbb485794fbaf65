#pragma once

#include <string>
#include <vector>

#include "common/base/bytes.hpp"

namespace rakit::cards::directory {

/// Object is what describing a card needs of a directory entry (ISO/IEC 7816-15 section 8).
struct Object {
    std::string label;
    Bytes id;       ///< iD, or the authId of a PIN
    Bytes auth_id;  ///< of the PIN that guards it; empty: none
    Bytes path;
};

/// Objects are a directory file's entries, up to the first one that can't be decoded.
struct Objects {
    std::vector<Object> list;
    bool complete = true;
};

/// objects decodes a directory file.
Objects objects(ByteView directory);

/// OdfEntry points to a directory file: its kind is the number of its context tag.
struct OdfEntry {
    unsigned kind = 0;
    Bytes path;
};

/// odf_entries decodes EF(ODF), up to the first entry that is none.
std::vector<OdfEntry> odf_entries(ByteView odf);

}  // namespace rakit::cards::directory
