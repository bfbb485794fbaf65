#pragma once

#include <array>
#include <cstdint>

#include "virtual_cards/os/applet.hpp"
#include "virtual_cards/os/pin_store.hpp"

namespace rakit::cards::tester {

/// kHandlerTestAid is that of HandlerTest's JavaCard applet.
inline constexpr std::uint8_t kHandlerTestAid[] = {0xA0, 0x00, 0x00, 0x00, 0x18, 0xFF};
/// kOwnAid is a proprietary one (category F, ISO/IEC 7816-4 section 8.2.1.2): F0 "RAKIT" 01.
inline constexpr std::uint8_t kOwnAid[] = {0xF0, 'R', 'A', 'K', 'I', 'T', 0x01};

/// Counters count what happened to the card in its life.
struct Counters {
    std::uint32_t power_ons = 0;    ///< each time the card got power
    std::uint32_t cold_resets = 0;  ///< those of them without leaving the reader before
    std::uint32_t warm_resets = 0;  ///< resets under power
    std::uint32_t apdus = 0;        ///< command APDUs; parts of a chain and GET RESPONSE count too
    std::uint32_t stamps = 0;       ///< stamps given out
};

/// State is what survives power-off.
struct State {
    std::array<std::uint8_t, 10> serial{};
    PinStore pins;
    Counters counters;
};

/// ResetCause tells how the session began.
enum class ResetCause : std::uint32_t { insertion = 1, cold_reset = 2, warm_reset = 3 };

/// TesterApplet is the reference card for readers (docs/formats/tester-card.md): HandlerTest's commands, and under an
/// AID of its own those that tell what a reader did.
class TesterApplet final : public Applet {
public:
    explicit TesterApplet(State state) : x_state(std::move(state)) {}

    void reset() override;
    void power_on() override;
    void power_off() override;
    void remove() override;
    void arrived() override;
    iso7816::ResponseApdu execute(const iso7816::CommandApdu& command, const Disturbance& disturbance) override;

    const State& state() const { return x_state; }

private:
    using Command = iso7816::CommandApdu;
    using Response = iso7816::ResponseApdu;
    enum class Selected { nothing, handler_test, own };

    Response select(const Command& command);
    // applet.cpp: the own commands
    Response own(const Command& command);
    Response echo(const Command& command) const;
    Response any_status(const Command& command) const;
    Response delay(const Command& command);
    Response counters(const Command& command) const;
    Response stamp(const Command& command);
    Response ram(const Command& command);
    // handler_test.cpp
    Response handler_test(const Command& command);
    Response dump(const Command& command) const;
    Response workgroup(const Command& command) const;
    // verify.cpp
    Response verify(const Command& command);
    Response reset_retry_counter(const Command& command, const Disturbance& disturbance);

    void begin(ResetCause cause);

    State x_state;
    // RAM
    Selected x_selected = Selected::nothing;
    bool x_powered = false;
    bool x_in_reader = false;
    ResetCause x_cause = ResetCause::insertion;
    std::uint32_t x_session_apdus = 0;
    Bytes x_pattern;      ///< survives a warm reset, nothing else
    Bytes x_last_verify;  ///< HandlerTest's memory of a PIN pad's command
};

}  // namespace rakit::cards::tester
