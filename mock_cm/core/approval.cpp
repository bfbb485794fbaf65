#include "mock_cm/core/approval.hpp"

#include "common/ossl/digest.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

constexpr int kByControlOnly = -1;

/// token_of is told to nobody but the RA of the order; the signature makes it more than a word.
Bytes token_of(const OrderRecord& record) {
    Bytes token = ossl::sha256(concat({as_bytes("pending"), record.transaction_id, record.request_digest}));
    token.resize(16);
    return token;
}

}  // namespace

bool waits(const Context& context, const TokenProcedure& procedure) {
    return procedure.approval.has_value() || context.config.deviations.pending_times > 0;
}

void start_waiting(const Context& context, const TokenProcedure& procedure, ByteView message, const Order& order,
                   OrderRecord& record) {
    const int forced = context.config.deviations.pending_times;
    record.state = OrderState::pending_approval;
    record.waiting_request.assign(message.begin(), message.end());
    if (forced > 0)
        record.questions_left = forced - 1;  // the first answer is one of them
    else
        record.questions_left = procedure.approval->questions > 0 ? procedure.approval->questions : kByControlOnly;
    for (const auto& line : order.lines) record.items.push_back({line.id, line.key, {}, {}, {}});
}

Reply pending_reply(const Context& context, const OrderRecord& record) {
    const auto* procedure = context.config.token_procedure(record.procedure);
    const auto approval = procedure == nullptr ? Approval{} : procedure->approval.value_or(Approval{});
    Reply reply;
    StatusInfo status{kStatusPending, {}, {}, std::nullopt, PendInfo{token_of(record), context.now + approval.pause}};
    for (const auto& item : record.items) status.body_list.push_back(item.body_part_id);
    reply.response.status = std::move(status);
    return reply;
}

Result<bool> ask(const PkiData& data, OrderRecord& record) {
    if (data.pending_token != token_of(record))
        return refuse(ErrorCode::request_malformed, "queryPending does not show the token of this order",
                      "Send the pendToken of the CM's answer.");
    if (record.state == OrderState::failed && record.items.front().serial.empty())
        return refuse(ErrorCode::approval_refused, "the approval of this order was refused; nothing was issued",
                      "Ask the approver why, and start a new order.");
    if (record.state != OrderState::pending_approval) return true;
    if (record.questions_left == 0) return true;
    if (record.questions_left > 0) --record.questions_left;
    return false;
}

Result<void> decide(StoreTransaction& store, ByteView transaction_id, bool approve) {
    auto record = store.order(transaction_id);
    if (!record) return Unexpected{std::move(record).error()};
    if (!*record || (*record)->state != OrderState::pending_approval)
        return refuse(ErrorCode::request_malformed, "no order " + to_hex(transaction_id) + " waits for approval",
                      "Name one that waits.");
    (*record)->state = approve ? OrderState::approved : OrderState::failed;
    if (!approve) (*record)->waiting_request.clear();
    return store.put_order(**record);
}

}  // namespace rakit::cm
