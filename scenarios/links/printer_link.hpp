#pragma once

#include <memory>

#include "reference/printer/esc_link.hpp"
#include "scenarios/links/in_process.hpp"
#include "virtual_cards/printer/unit.hpp"

namespace rakit::scenarios {

/// SlotContacts are a printer's contacts in this process: engaged = in the slot.
class SlotContacts final : public printer::Contacts {
public:
    /// Bank and clock outlive it.
    SlotContacts(printer::CardBank& bank, Clock& clock) : x_bank(bank), x_slot(x_station, clock) { x_slot.remove(); }
    void of(printer::Printer& printer) { x_printer = &printer; }
    printer::StationCard& station() { return x_station; }
    InProcessSlot& slot() { return x_slot; }
    Result<void> engage(const std::string& card) override;
    void disengage() override { x_slot.remove(); }

private:
    printer::CardBank& x_bank;
    printer::Printer* x_printer = nullptr;
    printer::StationCard x_station;
    InProcessSlot x_slot;
};

/// direct_link speaks to a printer in this process; borrows it and the clock, on which a late answer passes.
std::unique_ptr<reference::EscLink> direct_link(printer::Esc& esc, Clock& clock);

}  // namespace rakit::scenarios
