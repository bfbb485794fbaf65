#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "common/base/result.hpp"
#include "virtual_cards/os/applet.hpp"

namespace rakit::cards {

/// FaultKind says what goes wrong with a command (docs/formats/card.md, faults).
enum class FaultKind {
    tear_before,      ///< power is lost before the command is executed
    tear_after,       ///< it is executed, the answer is lost
    tear_within,      ///< its first `octets` octets are written, then power is lost
    status,           ///< it isn't executed and answers `sw`
    delay,            ///< it takes `milliseconds` longer
    mute,             ///< no answer comes for `milliseconds`, then the link is gone
    remove,           ///< the card is pulled before the command and stays away until powered on again
    memory_failure,   ///< writing answers 6581
    no_space,         ///< creating answers 6A84
    wrong_signature,  ///< the last bit of a signature is flipped
    counter_stuck,    ///< the change counter doesn't count
    serial_changed,   ///< the card says another serial number
    reset,            ///< another process resets the card before the command: selection and verified PINs are lost
};

/// Fault is kind x trigger x cessation.
struct Fault {
    FaultKind kind = FaultKind::tear_before;
    std::size_t octets = 0;
    iso7816::StatusWord sw;
    std::chrono::milliseconds milliseconds{0};
    std::optional<std::uint8_t> ins;  ///< trigger: commands with this INS count; nothing: all do
    unsigned nth = 1;                 ///< trigger: strikes from the n-th such command on
    unsigned times = 1;               ///< cessation: for so many such commands; 0 = until disarmed
    unsigned seen = 0;
};

/// Strike is what the plan does to the command at hand.
struct Strike {
    Disturbance disturbance;
    bool lost_before = false;  ///< not executed, the link is gone
    bool lost_after = false;   ///< executed, the link is gone
    bool pulled = false;       ///< gone because the card left the reader, not because power failed
    bool reset = false;        ///< a warm reset comes before
    std::optional<iso7816::StatusWord> answer;
    std::chrono::milliseconds delay{0};
};

/// FaultPlan counts commands and says which are struck.
class FaultPlan {
public:
    /// arm adds a fault; its count begins now.
    void arm(Fault fault) { x_faults.push_back(fault); }
    void disarm() { x_faults.clear(); }
    bool empty() const { return x_faults.empty(); }
    /// next counts the command and gives its strike.
    Strike next(ByteView command);
    const std::vector<Fault>& faults() const { return x_faults; }

private:
    std::vector<Fault> x_faults;
};

/// fault_kinds names what `kind` may be.
std::vector<std::string_view> fault_kinds();

/// parse_fault reads one fault of an image, a recipe or the control socket. Failure: document_invalid.
Result<Fault> parse_fault(const nlohmann::json& json);

/// parse_faults reads the list `faults` of an image or a recipe, if it has one. Failure: document_invalid.
Result<std::vector<Fault>> parse_faults(const nlohmann::json& document);

/// to_json writes what parse_fault reads; the count of commands seen is subtracted from `nth` and `times`.
nlohmann::json to_json(const Fault& fault);

/// spent tells whether a fault strikes no more.
bool spent(const Fault& fault);

}  // namespace rakit::cards
