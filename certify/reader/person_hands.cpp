#include "certify/reader/person_hands.hpp"

#include <fmt/format.h>

namespace rakit::certify {
namespace {

/// words gives what a person is asked; nothing where a person can't do it.
std::string words(Deed deed, const std::string& reader, const std::string& what) {
    switch (deed) {
        case Deed::insert: return fmt::format("put the card into '{}'", reader);
        case Deed::insert_at_once: return fmt::format("put the card into '{}' again, as fast as you can", reader);
        case Deed::remove: return fmt::format("take the card out of '{}'", reader);
        case Deed::unplug: return fmt::format("unplug the reader '{}'", reader);
        case Deed::replug: return fmt::format("plug the reader '{}' in again", reader);
        case Deed::keys:
            return what.empty() ? std::string() : fmt::format("at the PIN pad of '{}', press: {}", reader, what);
        case Deed::restart_service: return "restart the PC/SC service (systemctl restart pcscd)";
        case Deed::answer_to_reset:
        case Deed::truncate: break;
    }
    return {};
}

}  // namespace

bool PersonHands::can(Deed deed) const { return x_say && !words(deed, x_reader, "a").empty(); }

Result<void> PersonHands::act(Deed deed, const std::string& what) {
    // What is undone before each case anyway isn't asked of a person.
    const auto text = words(deed, x_reader, what);
    if (!x_say || text.empty()) return fail(ErrorCode::unsupported, "nobody can do that to this reader");
    x_say(fmt::format("please {} (within {} s)", text,
                      std::chrono::duration_cast<std::chrono::seconds>(bound()).count()));
    return {};
}

}  // namespace rakit::certify
