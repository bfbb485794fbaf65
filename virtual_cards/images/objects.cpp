#include "virtual_cards/images/objects.hpp"

#include "common/iso7816/tlv.hpp"

namespace rakit::cards::directory {
namespace {

using iso7816::find_tlv;
using iso7816::TlvReader;

constexpr std::uint32_t kOctetString = 0x04, kUtf8String = 0x0C, kSequence = 0x30, kTypeAttributes = 0xA1;

Bytes octets(const std::optional<iso7816::Tlv>& tlv) {
    return tlv ? Bytes(tlv->value.begin(), tlv->value.end()) : Bytes{};
}

/// The path is the first OCTET STRING inside a SEQUENCE, however deep the choice of value puts it; in a PIN's
/// attributes a plain OCTET STRING (the padding character) comes before it.
Bytes path_in(ByteView attributes) {
    const auto sequence = find_tlv(attributes, kSequence);
    if (!sequence) return {};
    if (auto inner = path_in(sequence->value); !inner.empty()) return inner;
    return octets(find_tlv(sequence->value, kOctetString));
}

Result<Object> object(ByteView entry) {
    TlvReader reader(entry);
    const auto common = reader.read(kSequence);
    if (!common) return fail(common.error());
    const auto own = reader.read(kSequence);
    if (!own) return fail(own.error());
    Object found;
    if (const auto label = find_tlv(common->value, kUtf8String)) found.label = as_text(label->value);
    found.auth_id = octets(find_tlv(common->value, kOctetString));
    found.id = octets(find_tlv(own->value, kOctetString));
    if (const auto type = find_tlv(entry, kTypeAttributes)) found.path = path_in(type->value);
    return found;
}

}  // namespace

Objects objects(ByteView directory) {
    Objects found;
    TlvReader reader(directory);
    for (reader.skip_padding(); !reader.at_end(); reader.skip_padding()) {
        const auto entry = reader.read();
        auto decoded = entry ? object(entry->value) : Result<Object>(fail(entry.error()));
        if (!decoded) {
            found.complete = false;
            break;
        }
        found.list.push_back(std::move(*decoded));
    }
    return found;
}

std::vector<OdfEntry> odf_entries(ByteView odf) {
    std::vector<OdfEntry> found;
    TlvReader reader(odf);
    for (reader.skip_padding(); !reader.at_end(); reader.skip_padding()) {
        const auto entry = reader.read();
        if (!entry || (entry->tag & 0xE0) != 0xA0) break;
        if (auto path = path_in(entry->value); !path.empty()) found.push_back({entry->tag & 0x1FU, std::move(path)});
    }
    return found;
}

}  // namespace rakit::cards::directory
