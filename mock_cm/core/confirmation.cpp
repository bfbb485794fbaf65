#include "mock_cm/core/confirmation.hpp"

#include <algorithm>
#include <set>

#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause),
                  "Confirm all certificates of the order, or report them all as failed, as docs/formats/wire.md says.");
}

/// verdict reads whether the card was written: all certificates accepted, or all requests failed.
Result<bool> verdict(const PkiData& data, const OrderRecord& record) {
    if (data.statuses.empty()) {
        std::set<IssuerAndSerial> issued, accepted(data.acceptances.begin(), data.acceptances.end());
        for (const auto& item : record.items) issued.insert({item.issuer, item.serial});
        if (accepted != issued) return malformed("the confirmed certificates are not those of the order");
        return true;
    }
    if (!data.acceptances.empty() || data.statuses.size() != 1 || data.statuses[0].status != kStatusFailed)
        return malformed("a confirmation holds acceptances, or one status 'failed', not both");
    std::set<BodyPartId> requested, failed(data.statuses[0].body_list.begin(), data.statuses[0].body_list.end());
    for (const auto& item : record.items) requested.insert(item.body_part_id);
    if (failed != requested) return malformed("the failed body parts are not the requests of the order");
    return false;
}

Reply success(const PkiData& data) {
    Reply reply;
    reply.response.status = StatusInfo{kStatusSuccess, {}, {}, std::nullopt, std::nullopt};
    if (!data.statuses.empty()) reply.response.status->body_list = data.statuses[0].body_list;
    if (reply.response.status->body_list.empty()) reply.response.status->body_list = {0};
    return reply;
}

}  // namespace

bool is_confirmation(const PkiData& data) {
    return data.requests.empty() && (!data.acceptances.empty() || !data.statuses.empty());
}

Result<Reply> confirm_order(const Context& context, StoreTransaction& store, const PkiData& data, OrderRecord& record) {
    if (record.items.empty() || record.items.front().serial.empty())
        return malformed("nothing was issued yet that could be confirmed");
    const auto accepted = verdict(data, record);
    if (!accepted) return Unexpected{accepted.error()};
    if (record.state != OrderState::pending_confirmation) {
        if (*accepted == (record.state == OrderState::completed)) return success(data);
        return refuse(ErrorCode::replay_conflict, "this order was confirmed before, with the opposite result",
                      "Read the card again and start a new order if a certificate is missing.");
    }
    if (!*accepted) {
        if (auto done = abandon_order(context, store, record); !done) return Unexpected{std::move(done).error()};
        return success(data);
    }
    if (context.config.deviations.refuse_confirmation) {
        if (auto done = abandon_order(context, store, record); !done) return Unexpected{std::move(done).error()};
        return refuse(ErrorCode::cm_internal, "the CM takes the order back: what it issued is revoked",
                      "Read the card again and start a new order.");
    }
    if (auto done = complete_order(context, store, record); !done) {
        if (done.error().code == ErrorCode::tc_already_used)
            if (auto abandoned = abandon_order(context, store, record); !abandoned)
                return Unexpected{std::move(abandoned).error()};
        return Unexpected{std::move(done).error()};
    }
    return success(data);
}

}  // namespace rakit::cm
