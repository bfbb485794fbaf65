#include "virtual_cards/applets/piv/objects.hpp"
#include "virtual_cards/images/field_text.hpp"
#include "virtual_cards/images/piv_image.hpp"

namespace rakit::cards {
namespace {

std::string slot_name(std::uint8_t slot) { return "slot " + to_hex(ByteView(&slot, 1)); }

std::string pin_name(std::uint8_t reference) {
    return reference == piv::kPin ? "PIN" : reference == piv::kPuk ? "PUK" : "global PIN";
}

class PivDescriber {
public:
    explicit PivDescriber(piv::State& state) : x_state(state) {}

    std::vector<Fact> run() {
        add("card", "GUID " + piv_serial(x_state) + ", device serial number " + std::to_string(x_state.device_serial) +
                        ", firmware " + firmware_text(x_state.firmware) + ", " + std::to_string(x_state.counter) +
                        " keys generated, " + std::to_string(x_state.free_memory()) + " of " +
                        std::to_string(x_state.memory) + " octets free");
        for (const auto& [reference, pin] : x_state.pins)
            add(pin_name(reference),
                left_of(pin.tries, pin.max_tries) + " tries left" + (pin.tries == 0 ? ", blocked" : ""), "card");
        management_key();
        for (auto& [slot, key] : x_state.keys) this->key(slot, key);
        for (std::uint32_t slot = 0; slot < 256; ++slot) certificate(static_cast<std::uint8_t>(slot));
        for (const auto& [tag, content] : x_state.objects) object(tag, content);
        return std::move(x_facts);
    }

private:
    void add(std::string subject, std::string text, std::string under = {}) {
        x_facts.push_back({std::move(subject), std::move(text), std::move(under)});
    }

    // The value is a secret; its digest tells whether it changed, and 192 bits can't be guessed from it.
    void management_key() {
        const auto& key = x_state.management;
        const auto factory = piv::default_management_key();
        const bool same = key.algorithm == factory.algorithm && equal_secret(key.value, factory.value);
        add("management key",
            std::string(piv::cipher_of(key.algorithm)->name) + ", " +
                (same ? "the factory's" : "own, " + fingerprint(key.value)),
            "card");
    }

    void key(std::uint8_t slot, piv::SlotKey& key) {
        add("key in " + slot_name(slot),
            std::string(ossl::name(*piv::key_type_of(key.algorithm))) + " " + fingerprint(ossl::spki(key.key.key())) +
                ", PIN " + name_of(key.pin_policy) + ", touch " + name_of(key.touch_policy) + ", " +
                (key.generated ? "generated on the card" : "imported"),
            slot_name(slot));
    }

    void certificate(std::uint8_t slot) {
        const auto tag = piv::certificate_tag(slot);
        const auto object = tag ? x_state.objects.find(*tag) : x_state.objects.end();
        if (object == x_state.objects.end()) return;
        const auto der = piv::certificate_in(object->second);
        auto parsed = der ? x509::Certificate::parse(*der) : fail(ErrorCode::crypto_failed, "no certificate");
        add("certificate in " + slot_name(slot),
            parsed ? parsed->serial_hex() + ", " + certificate_text(*parsed) : "can't be decoded", slot_name(slot));
    }

    void object(std::uint32_t tag, ByteView content) {
        const Bytes octets{static_cast<std::uint8_t>(tag >> 16), static_cast<std::uint8_t>(tag >> 8),
                           static_cast<std::uint8_t>(tag)};
        std::string text(piv::object_row(tag)->name);
        if (const auto guid = tag == piv::kChuid ? piv::guid_in(content) : std::nullopt)
            text += ", GUID " + to_hex(*guid);
        add("object " + to_hex(octets),
            text + ", " + std::to_string(content.size()) + " octets, content " + fingerprint(content), place_of(tag));
    }

    /// place_of gives the branch of an object: its slot if it is a slot's certificate.
    static std::string place_of(std::uint32_t tag) {
        for (std::uint32_t slot = 0; slot < 256; ++slot)
            if (piv::certificate_tag(static_cast<std::uint8_t>(slot)) == tag)
                return slot_name(static_cast<std::uint8_t>(slot));
        return "data objects";
    }

    piv::State& x_state;
    std::vector<Fact> x_facts;
};

}  // namespace

Result<std::vector<Fact>> describe_piv(const Image& image) {
    auto parsed = read_piv_image(image.document);
    if (!parsed) return fail(std::move(parsed).error());
    return PivDescriber(parsed->state).run();
}

}  // namespace rakit::cards
