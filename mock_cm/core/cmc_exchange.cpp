#include "mock_cm/core/cmc_exchange.hpp"

#include "common/iso7816/tlv.hpp"
#include "common/ossl/digest.hpp"
#include "mock_cm/core/confirmation.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "Build the request as docs/formats/wire.md says.");
}

/// Exchange is one message on its way through the CM.
class Exchange {
public:
    Exchange(const Context& context, Store& store, const SignedMessage& message, const x509::Certificate& peer)
        : x_context(context),
          x_store(store),
          x_message(message),
          x_peer(peer),
          x_data(parse_pki_data(message.content())) {
        x_entry.at = context.now;
        x_entry.category = "message";
        x_entry.transaction_id = to_hex(x_data.transaction_id);
    }

    Result<Bytes> answer() {
        auto done = judge();
        if (done) return done;
        // What was begun is rolled back by now; the refusal stands in a transaction of its own.
        const Error error = internal_error(done.error());
        auto open = x_store.begin();
        if (!open) return fail(internal_error(open.error()));
        if (auto logged = log_and_commit(**open, x_entry, &error); !logged) return fail(internal_error(logged.error()));
        return seal_refusal(error);
    }

private:
    Result<Bytes> judge() {
        if (x_context.config.deviations.maintenance) return fail(maintenance());
        if (auto good = read(); !good) return Unexpected{std::move(good).error()};
        auto signature = x_message.verify();
        if (!signature) return Unexpected{std::move(signature).error()};
        auto open = x_store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        auto record = (*open)->order(x_data.transaction_id);
        if (!record) return Unexpected{std::move(record).error()};
        if (auto good = judge_message(*record, *signature); !good) return Unexpected{std::move(good).error()};
        if (auto good = judge_officers(**open, *signature); !good) return Unexpected{std::move(good).error()};
        if (is_resend(*record)) return resend(**open, **record);
        return is_confirmation(x_data) ? confirm(**open, *record) : issue(**open);
    }

    /// read takes the message apart as far as it can be judged without believing it.
    Result<void> read() {
        if (x_data.flaw && x_data.flaw->code == ErrorCode::request_malformed) return fail(*x_data.flaw);
        if (x_data.transaction_id.empty()) return malformed("the control transactionId is missing");
        if (x_data.sender_nonce.empty() || x_data.sender_nonce.size() > 64)
            return malformed("the control senderNonce is missing, or longer than 64 octets");
        if (!is_confirmation(x_data)) {
            auto order = read_order(x_data, x_message.certificates());
            if (!order) return Unexpected{std::move(order).error()};
            x_order = *std::move(order);
            x_entry.card_serial = x_order.card_serial;
            x_entry.procedure = x_order.procedure;
        }
        x_entry.category = is_confirmation(x_data) ? "confirm" : "issue";
        if (x_data.flaw) return fail(*x_data.flaw);
        return {};
    }

    /// request_digest tells two messages apart. A confirmation that is made anew, with another nonce, gets a fresh
    /// answer to that nonce; an order is told by its contents alone (docs/formats/wire.md).
    Bytes request_digest() const {
        if (!is_confirmation(x_data)) return x_data.contents_digest;
        return ossl::sha256(concat({x_data.contents_digest, x_data.sender_nonce}));
    }

    bool is_resend(const std::optional<OrderRecord>& record) const {
        if (!record) return false;
        return request_digest() == (is_confirmation(x_data) ? record->follow_up_digest : record->request_digest);
    }

    Result<void> judge_message(const std::optional<OrderRecord>& record, const Signature& signature) const {
        // An interrupted RA sends the same octets again much later: what was accepted once is not late.
        const auto skew = signature.signing_time > x_context.now ? signature.signing_time - x_context.now
                                                                 : x_context.now - signature.signing_time;
        if (!is_resend(record) && skew > x_context.config.clock_skew)
            return refuse(ErrorCode::clock_skew,
                          "the request was signed at " + to_iso8601(signature.signing_time) + ", the CM's time is " +
                              to_iso8601(x_context.now),
                          "Set the RA's clock.");
        if (record && !is_confirmation(x_data) && !is_resend(record))
            return refuse(
                ErrorCode::replay_conflict,
                "transaction " + x_entry.transaction_id + " was answered before, to a request with other contents",
                "Use a new transactionId for a new order.");
        return {};
    }

    Result<void> judge_officers(StoreTransaction& open, const Signature& signature) {
        if (const auto* known = find_officer(x_context, signature.signer)) x_entry.officer = known->name;
        const std::vector<Role> connects{Role::use_clients};
        auto connected = judge_officer(x_context, open, x_peer, OfficerUse::connects, connects);
        if (!connected) return Unexpected{std::move(connected).error()};
        std::vector<Role> signs{Role::issue_certificate};
        if (!x_data.revoke_requests.empty()) signs.push_back(Role::revoke_certificate);
        auto signer = judge_officer(x_context, open, signature.signer, OfficerUse::signs, signs);
        if (!signer) return Unexpected{std::move(signer).error()};
        return {};
    }

    Result<Bytes> resend(StoreTransaction& open, const OrderRecord& record) {
        x_entry.category = "resend";
        if (auto done = log_and_commit(open, x_entry, nullptr); !done) return Unexpected{std::move(done).error()};
        return is_confirmation(x_data) ? record.follow_up_answer : record.answer;
    }

    Result<Bytes> issue(StoreTransaction& open) {
        const auto procedure = judge_order(x_context, open, x_order);
        if (!procedure) return Unexpected{procedure.error()};
        OrderRecord record;
        record.transaction_id = x_data.transaction_id;
        record.request_digest = request_digest();
        record.officer = x_entry.officer;
        record.procedure = x_order.procedure;
        record.card_serial = x_order.card_serial;
        record.created = x_context.now;
        auto reply = issue_order(x_context, open, **procedure, x_order, record);
        if (!reply) return Unexpected{std::move(reply).error()};
        record.response_nonces = x_context.rng.bytes(16);
        reply->response.sender_nonce = record.response_nonces;
        auto sealed = seal_reply(*reply);
        if (!sealed) return sealed;
        record.answer = *sealed;
        return finish(open, record, *sealed);
    }

    Result<Bytes> confirm(StoreTransaction& open, std::optional<OrderRecord>& record) {
        if (!record) return malformed("there is no order " + x_entry.transaction_id + " to confirm");
        x_entry.card_serial = record->card_serial;
        x_entry.procedure = record->procedure;
        auto reply = confirm_order(x_context, open, x_data, *record);
        if (!reply) {
            if (reply.error().code != ErrorCode::tc_already_used) return Unexpected{std::move(reply).error()};
            // The refusal revokes what was issued, so this transaction stands: log and answer it here.
            if (auto done = open.put_order(*record); !done) return Unexpected{std::move(done).error()};
            if (auto done = log_and_commit(open, x_entry, &reply.error()); !done)
                return Unexpected{std::move(done).error()};
            return seal_refusal(reply.error());
        }
        reply->response.sender_nonce = x_context.rng.bytes(16);
        auto sealed = seal_reply(*reply);
        if (!sealed) return sealed;
        record->follow_up_digest = request_digest();
        record->follow_up_answer = *sealed;
        return finish(open, *record, *sealed);
    }

    Result<Bytes> finish(StoreTransaction& open, const OrderRecord& record, const Bytes& sealed) {
        if (auto done = open.put_order(record); !done) return Unexpected{std::move(done).error()};
        if (auto done = log_and_commit(open, x_entry, nullptr); !done) return Unexpected{std::move(done).error()};
        return sealed;
    }

    Result<Bytes> seal_refusal(const Error& error) {
        Reply reply;
        StatusInfo status{kStatusFailed, {0}, std::string(name(error.code)), wire_number(error.code)};
        for (const auto& line : x_order.lines)
            if (line.key == error.line) status.body_list = {line.id};
        reply.response.status = std::move(status);
        reply.response.sender_nonce = x_context.rng.bytes(16);
        reply.response.response_info = error_text(error);
        return seal_reply(reply);
    }

    Result<Bytes> seal_reply(Reply& reply) {
        auto& response = reply.response;
        response.transaction_id = x_data.transaction_id;
        response.recipient_nonce = x_data.sender_nonce;
        response.data_return = x_data.data_return;
        bend(response);
        const auto& signer = x_context.hierarchy.authority("response");
        return seal(encode_pki_response(response), signer.certificate, signer.key.get(), reply.bag, x_context.now);
    }

    /// bend applies the deviations.
    void bend(PkiResponse& response) const {
        const auto& deviations = x_context.config.deviations;
        if (deviations.other_transaction) response.transaction_id = x_context.rng.bytes(15);
        if (deviations.stale_nonce) response.recipient_nonce = x_context.rng.bytes(16);
        if (deviations.missing_status) response.status.reset();
    }

    const Context& x_context;
    Store& x_store;
    const SignedMessage& x_message;
    const x509::Certificate& x_peer;
    PkiData x_data;
    Order x_order;
    LogEntry x_entry;
};

}  // namespace

Result<Bytes> answer_cmc(const Context& context, Store& store, ByteView body, const x509::Certificate& peer) {
    const auto message = SignedMessage::parse(body);
    if (message) return Exchange(context, store, *message, peer).answer();
    auto open = store.begin();
    if (!open) return fail(internal_error(open.error()));
    LogEntry entry;
    entry.at = context.now;
    entry.category = "message";
    if (const auto* officer = find_officer(context, peer)) entry.officer = officer->name;
    if (auto done = log_and_commit(**open, entry, &message.error()); !done) return fail(internal_error(done.error()));
    return Unexpected{message.error()};
}

}  // namespace rakit::cm
