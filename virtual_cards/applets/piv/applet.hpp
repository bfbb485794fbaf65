#pragma once

#include "common/base/rng.hpp"
#include "virtual_cards/applets/piv/state.hpp"
#include "virtual_cards/os/applet.hpp"

namespace rakit::cards::piv {

/// PivApplet is a PIV card (NIST SP 800-73-4 part 2) with the vendor commands that libykpiv uses
/// (virtual_cards/README.md lists them).
class PivApplet final : public Applet {
public:
    explicit PivApplet(State state);

    void reset() override;
    iso7816::ResponseApdu execute(const iso7816::CommandApdu& command, const Disturbance& disturbance) override;
    /// default_ne: libykpiv sends no Le and wants its data all the same, 61xx beyond 256 octets.
    std::size_t default_ne() const override { return 256; }

    const State& state() const { return x_state; }

private:
    using Command = iso7816::CommandApdu;
    using Response = iso7816::ResponseApdu;

    /// Pending is a challenge that waits for its answer.
    struct Pending {
        Bytes expected;
        bool witness = false;  ///< mutual authentication; else the host alone proves itself
    };

    // applet.cpp
    Response select(const Command& command);
    Response dispatch(const Command& command, const Disturbance& disturbance);
    // data_objects.cpp
    Response get_data(const Command& command, const Disturbance& disturbance);
    Response put_data(const Command& command, const Disturbance& disturbance);
    // pins.cpp
    Response verify(const Command& command);
    Response change_reference_data(const Command& command, const Disturbance& disturbance);
    Response reset_retry_counter(const Command& command, const Disturbance& disturbance);
    iso7816::StatusWord compare(std::uint8_t reference, ByteView value);
    void set_verified(std::uint8_t reference, bool verified);
    bool verified() const { return x_verified || x_global_verified; }
    // authenticate.cpp
    Response general_authenticate(const Command& command, const Disturbance& disturbance);
    Response use_key(const Command& command, ByteView dynamic, const Disturbance& disturbance);
    Response sign(SlotKey& slot, ByteView challenge, const Disturbance& disturbance);
    Response agree(SlotKey& slot, ByteView point);
    Response authenticate_management(const Command& command, ByteView dynamic);
    Response answer_pending(ByteView answer, bool witness, std::optional<ByteView> challenge);
    bool pin_satisfied(const SlotKey& slot) const;
    // keys.cpp
    Response generate(const Command& command, const Disturbance& disturbance);
    Response import_key(const Command& command, const Disturbance& disturbance);
    // vendor.cpp
    Response get_version(const Command& command) const;
    Response get_serial(const Command& command, const Disturbance& disturbance) const;
    Response get_metadata(const Command& command);
    Response set_management_key(const Command& command, const Disturbance& disturbance);
    Response set_retries(const Command& command, const Disturbance& disturbance);
    Response factory_reset(const Command& command, const Disturbance& disturbance);
    // attestation.cpp
    Response attest(const Command& command);

    bool has(const Firmware& since) const { return x_state.firmware >= since; }

    State x_state;
    SeededRng x_random;
    bool x_selected = false;
    bool x_verified = false;         ///< the PIV PIN
    bool x_global_verified = false;  ///< the global PIN
    bool x_fresh = false;            ///< a PIN came after the last use of a key
    bool x_managed = false;          ///< the management key was proven
    std::optional<Pending> x_pending;
};

}  // namespace rakit::cards::piv
