#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.hpp"
#include "reference/card/card_reader.hpp"
#include "virtual_cards/os/virtual_card.hpp"

namespace rakit::scenarios {

/// Depth is how much of the real thing lies between RA, card and CM (docs/formats/scenario.md).
enum class Depth { inproc, wire, pcsc, reader };

std::string_view name(Depth depth);
std::optional<Depth> depth_from_name(std::string_view name);

/// Station is where cards are put for the RA, at one depth; one for each worker, kept from case to case.
class Station {
public:
    virtual ~Station() = default;
    /// begin puts a card in and returns when the reader sees it. Card and clock outlive the matching end().
    virtual Result<void> begin(cards::VirtualCard& card, Clock& clock) = 0;
    /// begin_with_what_is_in is begin() where nobody puts a card in.
    virtual Result<void> begin_with_what_is_in();
    /// insert_again pulls the card, if it is still in, and puts it in afresh; `meanwhile` has it to itself.
    virtual Result<void> insert_again(const std::function<void()>& meanwhile) = 0;
    /// begin_officer puts the officer's card into another reader; false where there is none to put it in.
    virtual Result<bool> begin_officer(cards::VirtualCard& card) {
        (void)card;
        return false;
    }
    /// officer_reader_name is that reader's PC/SC name.
    virtual std::string officer_reader_name() const { return {}; }
    /// swap puts another card in the first one's place, and returns when the reader sees it.
    virtual Result<void> swap(cards::VirtualCard& card) = 0;
    /// pull takes the card out for good, and pull_officer the officer's.
    virtual void pull() = 0;
    virtual void pull_officer() {}
    /// end pulls the cards; nothing reaches it any more.
    virtual void end() = 0;
    /// reader is the reader as the reference in this process sees it; valid from begin() to end().
    virtual reference::CardReader& reader() = 0;
    /// reader_name is its PC/SC name; made up at depths without PC/SC.
    virtual std::string reader_name() const = 0;
};

/// make_station starts what the depth needs. At depth reader that is nothing: `reader` is the full name of one of the
/// PC/SC service that the environment names. At depth pcsc that is a private pcscd, to which this process then belongs
/// as a PC/SC client (PCSCLITE_CSOCK_NAME is set): before its first PC/SC call, and once in its life. Failures:
/// Sandbox::start's.
Result<std::unique_ptr<Station>> make_station(Depth depth, const std::filesystem::path& scratch,
                                              const std::string& reader = {});

/// lent_station puts cards into a reader of that PC/SC service, by its full name, in the stead of a virtual card that
/// has this control socket (docs/formats/card-control.md, lend). Who made the loan has that card inserted again.
/// Failures: begin() and swap() have those of the socket and of PcscReader::wait_for_card.
Result<std::unique_ptr<Station>> lent_station(const std::string& reader, const std::filesystem::path& socket);

}  // namespace rakit::scenarios
