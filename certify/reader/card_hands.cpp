#include "certify/reader/card_hands.hpp"

#include <nlohmann/json.hpp>

#include "certify/reader/control.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;

/// Order is what a deed comes to: whose socket is asked, and what.
struct Order {
    bool of_reader = false;
    json request;
};

Order order_of(Deed deed, const std::string& what) {
    switch (deed) {
        case Deed::insert: return {false, {{"command", "insert"}}};
        case Deed::remove: return {false, {{"command", "remove"}}};
        case Deed::insert_at_once: return {false, {{"command", "insert"}, {"at_once", true}}};
        case Deed::answer_to_reset:
            return {false, what.empty() ? json{{"command", "atr"}} : json{{"command", "atr"}, {"atr", what}}};
        case Deed::truncate: return {true, {{"command", "truncate"}}};
        case Deed::unplug: return {true, {{"command", "unplug"}}};
        case Deed::replug: return {true, {{"command", "replug"}}};
        case Deed::keys: return {true, {{"command", "keys"}, {"keys", what}}};
        case Deed::restart_service: break;
    }
    return {};
}

}  // namespace

bool CardHands::can(Deed deed) const {
    const auto order = order_of(deed, {});
    return !order.request.is_null() && (!order.of_reader || !x_reader.empty());
}

Result<void> CardHands::act(Deed deed, const std::string& what) {
    if (!can(deed)) return fail(ErrorCode::unsupported, "nobody can do that to this reader");
    const auto order = order_of(deed, what);
    auto answer = ask(order.of_reader ? x_reader : x_card, order.request);
    if (!answer) return Unexpected{std::move(answer).error()};
    return {};
}

}  // namespace rakit::certify
