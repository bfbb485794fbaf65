#include "virtual_cards/applets/piv/state.hpp"

#include "virtual_cards/applets/piv/objects.hpp"

namespace rakit::cards::piv {

State::State() : management(default_management_key()) {
    for (const auto reference : {kPin, kPuk}) pins[reference].value = default_value(reference);
}

std::size_t State::free_memory() const {
    std::size_t used = 0;
    for (const auto& [tag, content] : objects) used += object_cost(content.size());
    return memory > used ? memory - used : 0;
}

SecretBytes default_value(std::uint8_t reference) {
    const auto text = as_bytes(reference == kPuk ? "12345678" : "123456");
    SecretBytes value(text.begin(), text.end());
    value.resize(ReferenceData::kSize, 0xFF);
    return value;
}

ManagementKey default_management_key() {
    ManagementKey key;
    for (int part = 0; part < 3; ++part)
        for (std::uint8_t octet = 1; octet <= 8; ++octet) key.value.push_back(octet);
    return key;
}

}  // namespace rakit::cards::piv
