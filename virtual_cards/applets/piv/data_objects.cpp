// GET DATA (SP 800-73-4 part 2 section 3.1.2) and PUT DATA (section 3.3.1).
#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/piv/applet.hpp"
#include "virtual_cards/applets/piv/objects.hpp"

namespace rakit::cards::piv {
namespace {

namespace sw = iso7816::sw;

/// tag_in reads the tag list 5C with its one tag of one to three octets.
std::optional<std::uint32_t> tag_in(const iso7816::Tlv& list) {
    if (list.tag != 0x5C || list.value.empty() || list.value.size() > 3) return std::nullopt;
    std::uint32_t tag = 0;
    for (const auto octet : list.value) tag = tag << 8 | octet;
    return tag;
}

}  // namespace

iso7816::ResponseApdu PivApplet::get_data(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x3F || command.p2 != 0xFF) return {{}, sw::kIncorrectP1P2};
    iso7816::TlvReader reader(command.data);
    const auto list = reader.read();
    const auto tag = list && reader.at_end() ? tag_in(*list) : std::nullopt;
    if (!tag) return {{}, sw::kIncorrectData};
    if (*tag == kDiscovery) return {discovery_object(x_state), sw::kOk};
    const auto* row = object_row(*tag);
    if (row == nullptr) return {{}, sw::kFileNotFound};
    if (row->wants_pin && !verified()) return {{}, sw::kSecurityStatusNotSatisfied};
    const auto found = x_state.objects.find(*tag);
    if (found == x_state.objects.end()) return {{}, sw::kFileNotFound};
    if (*tag == kChuid && disturbance.other_serial)
        return {iso7816::TlvWriter().put(0x53, with_other_guid(found->second)).bytes(), sw::kOk};
    return {iso7816::TlvWriter().put(0x53, found->second).bytes(), sw::kOk};
}

iso7816::ResponseApdu PivApplet::put_data(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x3F || command.p2 != 0xFF) return {{}, sw::kIncorrectP1P2};
    if (!x_managed) return {{}, sw::kSecurityStatusNotSatisfied};
    iso7816::TlvReader reader(command.data);
    const auto list = reader.read();
    // The discovery object and the biometric group template come without a tag list; both are the card's own.
    if (list && (list->tag == kDiscovery || list->tag == kBiometricGroup)) return {{}, sw::kFunctionNotSupported};
    const auto tag = list ? tag_in(*list) : std::nullopt;
    const auto content = reader.read(0x53);
    if (!tag || !content || !reader.at_end()) return {{}, sw::kIncorrectData};
    if (object_row(*tag) == nullptr) return {{}, sw::kFunctionNotSupported};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    auto value = content->value;
    const auto old = x_state.objects.find(*tag);
    const auto freed = old == x_state.objects.end() ? 0 : object_cost(old->second.size());
    if (disturbance.no_space || (!value.empty() && object_cost(value.size()) > x_state.free_memory() + freed))
        return {{}, sw::kNotEnoughMemory};
    if (disturbance.write_at_most) value = value.first(std::min(*disturbance.write_at_most, value.size()));
    if (value.empty())
        x_state.objects.erase(*tag);
    else
        x_state.objects[*tag].assign(value.begin(), value.end());
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::piv
