#pragma once

#include "virtual_cards/applets/pkcs15/state.hpp"
#include "virtual_cards/images/image_parts.hpp"

namespace rakit::cards {

/// Pkcs15Image is a `pkcs15` image, parsed but for its faults and latency.
struct Pkcs15Image {
    Bytes atr;
    pkcs15::State state;
};

/// to_image writes what read_image reads.
Image to_image(ByteView atr, const pkcs15::State& state);

/// read_image parses a document that fits the image schema. Failure: document_invalid for what the schema can't say
/// (a path without its DF, content longer than the file, files over the memory limit, a PIN longer than eight octets).
Result<Pkcs15Image> read_image(const nlohmann::json& document);

/// kDefaultAtr is that of an OsEID card, which OpenSC's myeid driver takes.
inline constexpr std::string_view kDefaultAtr = "3B8580014F7345494470";
/// kDefaultMemory suffices for nine certificates on each of three keys.
inline constexpr std::size_t kDefaultMemory = 49152;

}  // namespace rakit::cards
