#include "mock_cm/core/cmc_exchange.hpp"

#include "common/ossl/digest.hpp"
#include "mock_cm/core/approval.hpp"
#include "mock_cm/core/confirmation.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"

namespace rakit::cm {
namespace {

Unexpected malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "Build the request as docs/formats/wire.md says.");
}

enum class Kind { order, confirmation, question };

Kind kind_of(const PkiData& data) {
    if (data.pending_token) return Kind::question;
    return is_confirmation(data) ? Kind::confirmation : Kind::order;
}

const char* category(Kind kind) { return kind == Kind::order ? "issue" : kind == Kind::question ? "query" : "confirm"; }

constexpr std::size_t kNonce = 16;

/// gave_nonce tells whether the CM gave this nonce in one of the order's answers: the newest may have been lost.
bool gave_nonce(const OrderRecord& record, ByteView nonce) {
    for (std::size_t at = 0; at + kNonce <= record.response_nonces.size(); at += kNonce)
        if (equal_bytes(ByteView(record.response_nonces).subspan(at, kNonce), nonce)) return true;
    return false;
}

/// Exchange is one message on its way through the CM.
class Exchange {
public:
    Exchange(const Context& context, Store& store, ByteView body, const SignedMessage& message,
             const x509::Certificate& peer)
        : x_context(context),
          x_store(store),
          x_body(body),
          x_message(message),
          x_peer(peer),
          x_data(parse_pki_data(message.content())),
          x_kind(kind_of(x_data)) {
        x_entry.at = context.now;
        x_entry.category = "message";
        x_entry.transaction_id = to_hex(x_data.transaction_id);
    }

    Result<Bytes> answer() {
        auto done = judge();
        if (done && x_lost) return Bytes();
        if (done) return done;
        // What was begun is rolled back by now; the refusal stands in a transaction of its own.
        const Error error = internal_error(done.error());
        if (auto logged = log_refusal(x_store, x_entry, error); !logged) return fail(internal_error(logged.error()));
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
        if (x_kind == Kind::order) return order(**open);
        if (!*record) return malformed("there is no order " + x_entry.transaction_id);
        x_entry.card_serial = (*record)->card_serial;
        x_entry.procedure = (*record)->procedure;
        if (!gave_nonce(**record, x_data.recipient_nonce))
            return malformed("recipientNonce is not the nonce of the CM's answer to this order");
        return x_kind == Kind::question ? question(**open, **record) : confirm(**open, **record);
    }

    /// read takes the message apart as far as it can be judged without believing it.
    Result<void> read() {
        if (x_data.flaw && x_data.flaw->code == ErrorCode::request_malformed) return fail(*x_data.flaw);
        if (x_data.transaction_id.empty()) return malformed("the control transactionId is missing");
        if (x_data.sender_nonce.empty() || x_data.sender_nonce.size() > 64)
            return malformed("the control senderNonce is missing, or longer than 64 octets");
        if (x_kind == Kind::question && !x_data.requests.empty())
            return malformed("a message with queryPending holds requests too");
        if (x_kind == Kind::order) {
            auto read = read_order(x_data, x_message.certificates());
            if (!read) return Unexpected{std::move(read).error()};
            x_order = *std::move(read);
            x_entry.card_serial = x_order.card_serial;
            x_entry.procedure = x_order.procedure;
        }
        x_entry.category = category(x_kind);
        if (x_data.flaw) return fail(*x_data.flaw);
        return {};
    }

    /// request_digest tells two messages apart. A follow-up that is made anew, with another nonce, gets a fresh answer
    /// to that nonce; an order is told by its contents alone (docs/formats/wire.md).
    Bytes request_digest() const {
        if (x_kind == Kind::order) return x_data.contents_digest;
        return ossl::sha256(concat({x_data.contents_digest, x_data.sender_nonce}));
    }

    bool is_resend(const std::optional<OrderRecord>& record) const {
        if (!record) return false;
        return request_digest() == (x_kind == Kind::order ? record->request_digest : record->follow_up_digest);
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
        if (record && x_kind == Kind::order && !is_resend(record))
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
        auto signer = judge_signer(open, signature.signer, x_data);
        if (!signer) return Unexpected{std::move(signer).error()};
        x_officer = *signer;
        return {};
    }

    Result<const Officer*> judge_signer(StoreTransaction& open, const x509::Certificate& signer, const PkiData& data) {
        std::vector<Role> signs{Role::issue_certificate};
        if (!data.revoke_requests.empty()) signs.push_back(Role::revoke_certificate);
        return judge_officer(x_context, open, signer, OfficerUse::signs, signs);
    }

    Result<Bytes> resend(StoreTransaction& open, const OrderRecord& record) {
        x_entry.category = "resend";
        if (auto done = log_and_commit(open, x_entry, nullptr); !done) return Unexpected{std::move(done).error()};
        return x_kind == Kind::order ? record.answer : record.follow_up_answer;
    }

    Result<Bytes> order(StoreTransaction& open) {
        const auto procedure = judge_order(x_context, open, x_order, *x_officer);
        if (!procedure) return Unexpected{procedure.error()};
        OrderRecord record;
        record.transaction_id = x_data.transaction_id;
        record.request_digest = request_digest();
        record.officer = x_entry.officer;
        record.procedure = x_order.procedure;
        record.card_serial = x_order.card_serial;
        record.created = x_context.now;
        if (waits(x_context, **procedure)) {
            start_waiting(x_context, **procedure, x_body, x_order, record);
            return finish(open, record, pending_reply(x_context, record));
        }
        auto issued = issue_order(x_context, open, **procedure, x_order, record);
        if (!issued) return Unexpected{std::move(issued).error()};
        x_lost = x_context.config.deviations.lost_answer;
        return finish(open, record, issued_reply(x_context, record, *std::move(issued)));
    }

    Result<Bytes> question(StoreTransaction& open, OrderRecord& record) {
        const auto approved = ask(x_data, record);
        if (!approved) return Unexpected{approved.error()};
        if (!*approved) return finish(open, record, pending_reply(x_context, record));
        if (!record.waiting_request.empty()) {
            if (auto done = issue_waiting(open, record); !done) return Unexpected{std::move(done).error()};
            x_lost = x_context.config.deviations.lost_answer;
        }
        return finish(open, record, issued_reply(x_context, open, record));
    }

    /// issue_waiting judges an approved order once more - much may have changed - and issues it.
    Result<void> issue_waiting(StoreTransaction& open, OrderRecord& record) {
        const auto message = SignedMessage::parse(record.waiting_request, x_context.known());
        if (!message) return Unexpected{message.error()};
        const auto signature = message->verify();
        if (!signature) return Unexpected{signature.error()};
        const auto data = parse_pki_data(message->content());
        const auto order = read_order(data, message->certificates());
        if (!order) return Unexpected{order.error()};
        const auto officer = judge_signer(open, signature->signer, data);
        if (!officer) return Unexpected{officer.error()};
        const auto procedure = judge_order(x_context, open, *order, **officer);
        if (!procedure) return Unexpected{procedure.error()};
        record.items.clear();
        record.waiting_request.clear();
        auto issued = issue_order(x_context, open, **procedure, *order, record);
        if (!issued) return Unexpected{std::move(issued).error()};
        return {};
    }

    Result<Bytes> confirm(StoreTransaction& open, OrderRecord& record) {
        auto reply = confirm_order(x_context, open, x_data, record);
        if (reply || record.state != OrderState::failed || reply.error().code == ErrorCode::replay_conflict)
            return reply ? finish(open, record, std::move(reply)) : Result<Bytes>(Unexpected{std::move(reply).error()});
        // The refusal revokes what was issued, so this transaction stands: log and answer it here.
        if (auto done = open.put_order(record); !done) return Unexpected{std::move(done).error()};
        if (auto done = log_and_commit(open, x_entry, &reply.error()); !done)
            return Unexpected{std::move(done).error()};
        return seal_refusal(reply.error());
    }

    /// finish seals a reply, keeps it in the order's record for a resend, and commits.
    Result<Bytes> finish(StoreTransaction& open, OrderRecord& record, Result<Reply> reply) {
        if (!reply) return Unexpected{std::move(reply).error()};
        reply->response.sender_nonce = x_context.rng.bytes(kNonce);
        append(record.response_nonces, reply->response.sender_nonce);
        auto sealed = seal_reply(*reply);
        if (!sealed) return sealed;
        if (x_kind == Kind::order) {
            record.answer = *sealed;
        } else {
            record.follow_up_digest = request_digest();
            record.follow_up_answer = *sealed;
        }
        if (auto done = open.put_order(record); !done) return Unexpected{std::move(done).error()};
        if (auto done = log_and_commit(open, x_entry, nullptr); !done) return Unexpected{std::move(done).error()};
        return sealed;
    }

    Result<Bytes> seal_refusal(const Error& error) {
        Reply reply;
        StatusInfo status{kStatusFailed, {0}, std::string(name(error.code)), wire_number(error.code), std::nullopt};
        for (const auto& line : x_order.lines)
            if (line.key == error.line) status.body_list = {line.id};
        reply.response.status = std::move(status);
        reply.response.sender_nonce = x_context.rng.bytes(kNonce);
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
    ByteView x_body;
    const SignedMessage& x_message;
    const x509::Certificate& x_peer;
    PkiData x_data;
    Kind x_kind;
    const Officer* x_officer = nullptr;  ///< who signed
    bool x_lost = false;                 ///< Deviations::lost_answer
    Order x_order;
    LogEntry x_entry;
};

}  // namespace

Result<Bytes> answer_cmc(const Context& context, Store& store, ByteView body, const x509::Certificate& peer) {
    const auto message = SignedMessage::parse(body, context.known());
    if (message) return Exchange(context, store, body, *message, peer).answer();
    LogEntry entry;
    entry.at = context.now;
    entry.category = "message";
    if (const auto* officer = find_officer(context, peer)) entry.officer = officer->name;
    if (auto done = log_refusal(store, entry, message.error()); !done) return fail(internal_error(done.error()));
    return Unexpected{message.error()};
}

}  // namespace rakit::cm
