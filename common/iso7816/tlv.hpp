#pragma once

#include <cstdint>
#include <optional>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace rakit::iso7816 {

/// Tlv is one BER-TLV data object (ISO/IEC 7816-4 section 5.2.2, ITU-T X.690); the views borrow from the reader's
/// input.
struct Tlv {
    std::uint32_t tag = 0;  ///< the tag's octets as a number: 0x30, 0x7F49
    ByteView value;
    ByteView whole;  ///< tag, length and value
    bool constructed() const;
};

/// TlvReader is a cursor over data objects: definite lengths, tags to three octets, lengths to four.
/// A failed read doesn't advance.
class TlvReader {
public:
    explicit TlvReader(ByteView bytes) : x_rest(bytes), x_size(bytes.size()) {}

    bool at_end() const { return x_rest.empty(); }
    ByteView rest() const { return x_rest; }
    std::size_t offset() const { return x_size - x_rest.size(); }
    /// peek_tag tells the next tag without reading.
    std::optional<std::uint32_t> peek_tag() const;
    /// read takes the next data object. Failure: card_content_invalid with the offset in `where`.
    Result<Tlv> read();
    /// read takes the next data object, which must have this tag.
    Result<Tlv> read(std::uint32_t tag);
    /// read_optional takes the next data object if it has this tag.
    std::optional<Tlv> read_optional(std::uint32_t tag);
    /// skip_padding passes over 00 octets, which readers tolerate behind the last entry of a file.
    void skip_padding();

private:
    ByteView x_rest;
    std::size_t x_size;
};

/// find_tlv returns the first data object with this tag at this level.
std::optional<Tlv> find_tlv(ByteView bytes, std::uint32_t tag);

/// TlvWriter builds data objects with the shortest (DER) lengths; children are closures that fill a child writer.
class TlvWriter {
public:
    TlvWriter& put(std::uint32_t tag, ByteView value);
    template <class Fill>
    TlvWriter& nest(std::uint32_t tag, Fill&& fill) {
        TlvWriter child;
        fill(child);
        return put(tag, child.x_bytes);
    }
    /// raw copies octets that are already encoded.
    TlvWriter& raw(ByteView encoded);
    const Bytes& bytes() const& { return x_bytes; }
    Bytes bytes() && { return std::move(x_bytes); }

private:
    Bytes x_bytes;
};

}  // namespace rakit::iso7816
