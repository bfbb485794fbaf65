#include "mock_cm/core/single.hpp"

#include <array>

#include "common/ossl/handles.hpp"
#include "mock_cm/core/fields.hpp"
#include "mock_cm/core/issuance.hpp"
#include "mock_cm/core/officers.hpp"
#include "mock_cm/core/pkcs10.hpp"
#include "mock_cm/core/policy.hpp"
#include "mock_cm/core/qc_policy.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"

namespace rakit::cm {
namespace {

constexpr const char* kKeyUsage = "2.5.29.15";
constexpr const char* kBasicConstraints = "2.5.29.19";
constexpr const char* kSubjectKeyIdentifier = "2.5.29.14";
constexpr const char* kExtendedKeyUsage = "2.5.29.37";
constexpr const char* kSubjectAltName = "2.5.29.17";

Unexpected malformed(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "Send one PKCS#10 in DER, as the API's page says.");
}

/// usage_of reads a KeyUsage extension (RFC 5280 section 4.2.1.3) as words.
Result<std::vector<std::string>> usage_of(ByteView der) {
    constexpr std::array kWords{"digitalSignature", "nonRepudiation", "keyEncipherment",
                                "dataEncipherment", "keyAgreement",   "keyCertSign",
                                "cRLSign",          "encipherOnly",   "decipherOnly"};
    const unsigned char* cursor = der.data();
    const ossl::Handle<ASN1_BIT_STRING, ASN1_BIT_STRING_free> bits(
        d2i_ASN1_BIT_STRING(nullptr, &cursor, static_cast<long>(der.size())));
    ossl::last_error();
    if (!bits) return malformed("the PKCS#10 asks for a keyUsage that can't be read");
    std::vector<std::string> words;
    for (std::size_t i = 0; i < kWords.size(); ++i)
        if (ASN1_BIT_STRING_get_bit(bits.get(), static_cast<int>(i)) == 1) words.emplace_back(kWords[i]);
    return words;
}

std::string email_in(ByteView der) {
    const unsigned char* cursor = der.data();
    const ossl::Handle<GENERAL_NAMES, GENERAL_NAMES_free> names(
        d2i_GENERAL_NAMES(nullptr, &cursor, static_cast<long>(der.size())));
    ossl::last_error();
    if (!names || sk_GENERAL_NAME_num(names.get()) != 1) return {};
    int type = 0;
    const auto* value =
        static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), 0), &type));
    if (type != GEN_EMAIL) return {};
    const auto* data = ASN1_STRING_get0_data(value);
    return std::string(data, data + ASN1_STRING_length(value));
}

/// sort_asked takes what the PKCS#10 asks for apart: key usage, e-mail address, what is the procedure's to say and so
/// ignored, and the rest, which the fields are judged with.
Result<void> sort_asked(Order& order, OrderLine& line) {
    for (auto& extension : line.asked) {
        if (extension.oid == kKeyUsage) {
            auto usage = usage_of(extension.value);
            if (!usage) return Unexpected{std::move(usage).error()};
            line.usage = *std::move(usage);
        } else if (extension.oid == kBasicConstraints || extension.oid == kSubjectKeyIdentifier ||
                   extension.oid == kExtendedKeyUsage) {
            continue;
        } else {
            if (extension.oid == kSubjectAltName)
                if (const auto email = email_in(extension.value); !email.empty()) order.fields["email"] = email;
            line.extensions.push_back(extension);
        }
    }
    return {};
}

Result<Order> read_single(const Context& context, const SingleRequest& request) {
    Order order;
    order.procedure = request.procedure;
    order.not_before = request.not_before;
    order.not_after = request.not_after;
    OrderLine line;
    line.action = Action::issue;
    if (auto done = read_pkcs10(request.pkcs10, line); !done) return Unexpected{std::move(done).error()};
    if (auto done = sort_asked(order, line); !done) return Unexpected{std::move(done).error()};
    if (line.usage.empty())  // nothing asked: what the procedure's only choice needs
        if (const auto* procedure = context.config.token_procedure(order.procedure))
            line.usage = only_usage(context, *procedure);
    order.lines.push_back(std::move(line));
    return order;
}

Result<const TokenProcedure*> judge_parsed(const Context& context, StoreTransaction& store,
                                           const SingleRequest& request, const Order& order) {
    constexpr std::array kConnects{Role::use_clients};
    constexpr std::array kSigns{Role::issue_certificate};
    auto connected = judge_officer(context, store, request.connects, OfficerUse::connects, kConnects);
    if (!connected) return Unexpected{std::move(connected).error()};
    auto signer = judge_officer(context, store, request.signs, OfficerUse::signs, kSigns);
    if (!signer) return Unexpected{std::move(signer).error()};
    const auto* known = context.config.token_procedure(order.procedure);
    if (known != nullptr && known->active) {
        if (auto good = judge_visible(context, *known, order, **signer); !good)
            return Unexpected{std::move(good).error()};
        if (auto good = carries_single(*known); !good) return Unexpected{std::move(good).error()};
    }
    auto procedure = judge_procedure(context, order, **signer);
    if (!procedure) return procedure;
    if (auto good = judge_keys(store, **procedure, order); !good) return Unexpected{std::move(good).error()};
    if (auto good = judge_fields(context, **procedure, order, **signer); !good)
        return Unexpected{std::move(good).error()};
    if (auto good = judge_qc(context, **procedure, order, **signer); !good) return Unexpected{std::move(good).error()};
    return procedure;
}

Result<x509::Certificate> issue_judged(const Context& context, StoreTransaction& store, const SingleRequest& request,
                                       const Order& order, LogEntry& entry) {
    const auto procedure = judge_parsed(context, store, request, order);
    if (!procedure) return Unexpected{procedure.error()};
    OrderRecord record;
    record.transaction_id = context.rng.bytes(16);
    entry.transaction_id = to_hex(record.transaction_id);
    auto issued = issue_lines(context, store, **procedure, order, record);
    if (!issued) return Unexpected{std::move(issued).error()};
    if (auto done = complete_order(context, store, record); !done) return Unexpected{std::move(done).error()};
    if (auto done = log_and_commit(store, entry, nullptr); !done) return Unexpected{std::move(done).error()};
    return std::move(issued->front());
}

}  // namespace

Result<void> carries_single(const TokenProcedure& procedure) {
    const char* what = procedure.tc_controls                  ? "transport certificate controls"
                       : procedure.confirmation               ? "a confirmation"
                       : procedure.approval                   ? "an approval"
                       : procedure.replay_protection          ? "protection against replays"
                       : procedure.serials                    ? "a range of card serial numbers"
                       : procedure.known_cards_only           ? "a card that is registered"
                       : procedure.op_pin_required            ? "the card's OP PIN"
                       : procedure.stores_issuer_certificates ? "issuer certificates on the card"
                                                              : nullptr;
    if (what == nullptr) return {};
    return refuse(ErrorCode::dialect_cannot_carry,
                  "the token procedure '" + procedure.name + "' demands " + what + ", which one PKCS#10 can't carry",
                  "Use the CMC dialect, or a procedure that doesn't demand it.");
}

Result<void> judge_single(const Context& context, StoreTransaction& store, const SingleRequest& request) {
    const auto order = read_single(context, request);
    if (!order) return Unexpected{order.error()};
    auto judged = judge_parsed(context, store, request, *order);
    if (!judged) return Unexpected{internal_error(judged.error())};
    return {};
}

Result<x509::Certificate> issue_single(const Context& context, Store& store, const SingleRequest& request) {
    LogEntry entry;
    entry.at = context.now;
    entry.category = request.dialect;
    entry.procedure = request.procedure;
    if (const auto* officer = find_officer(context, request.signs)) entry.officer = officer->name;
    const auto issue = [&]() -> Result<x509::Certificate> {
        if (context.config.deviations.maintenance) return fail(maintenance());
        const auto order = read_single(context, request);
        if (!order) return Unexpected{order.error()};
        auto open = store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        return issue_judged(context, **open, request, *order, entry);
    };
    auto issued = issue();
    if (issued) return issued;
    const Error error = internal_error(issued.error());
    if (auto logged = log_refusal(store, entry, error); !logged) return fail(internal_error(logged.error()));
    return fail(error);
}

}  // namespace rakit::cm
