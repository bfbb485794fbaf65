#include "mock_cm/core/cm_host.hpp"

#include <array>
#include <mutex>

#include "mock_cm/core/approval.hpp"
#include "mock_cm/core/cmc_exchange.hpp"
#include "mock_cm/core/prepare.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/core/request_log.hpp"

namespace rakit::cm {
namespace {

/// SharedRng lets several threads take turns.
class SharedRng final : public Rng {
public:
    explicit SharedRng(Rng& rng) : x_rng(rng) {}
    void fill(std::uint8_t* to, std::size_t size) override {
        const std::lock_guard lock(x_mutex);
        x_rng.fill(to, size);
    }

private:
    Rng& x_rng;
    std::mutex x_mutex;
};

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

bool is_type(const net::HttpRequest& request, std::string_view type) {
    const auto header = request.headers.find("content-type");
    if (header == request.headers.end()) return false;
    std::string value = header->second.substr(0, header->second.find(';'));
    while (!value.empty() && value.back() == ' ') value.pop_back();
    for (auto& c : value)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return value == type;
}

net::HttpResponse wrong(int status, std::string cause, std::string remedy) {
    return error_response(refuse(ErrorCode::request_malformed, std::move(cause), std::move(remedy)).error, status);
}

constexpr std::array kConnects{Role::use_clients};
constexpr std::array kOrders{Role::use_clients, Role::issue_certificate};

/// needed_to_prepare: a registration officer who prepares will sign too, so a missing role is said before any PIN is
/// typed; an authentication officer only forwards, and the signing officer is judged with the order.
std::span<const Role> needed_to_prepare(const Officer* officer) {
    if (officer != nullptr && officer->kind == OfficerKind::registration) return kOrders;
    return kConnects;
}

}  // namespace

struct CmHost::Parts {
    std::shared_ptr<const Config> config;
    const Hierarchy& hierarchy;
    Store& store;
    Clock& clock;
    SharedRng rng;
    std::mutex changing{};
    ProvenCertificates proven{};

    Context context() {
        const std::lock_guard lock(changing);
        return {config, hierarchy, rng, clock.now(), proven};
    }

    Result<x509::Certificate> read_peer(ByteView der) const {
        if (auto known = proven.find(der)) return *std::move(known);
        return x509::Certificate::parse(der);
    }

    net::HttpResponse route(const net::HttpRequest& request);
    net::HttpResponse cacerts() const;
    net::HttpResponse procedures(const x509::Certificate& peer);
    net::HttpResponse prepare(const net::HttpRequest& request, const x509::Certificate& peer);
    net::HttpResponse cmc(const net::HttpRequest& request, const x509::Certificate& peer);
};

net::HttpResponse CmHost::Parts::cacerts() const {
    const auto message = certs_only(ca_certificates(hierarchy));
    if (!message)
        return error_response(refuse(ErrorCode::cm_internal, message.error().detail, "See the CM's log.").error, 500);
    return {
        200,
        {{"content-type", "application/pkcs7-mime; smime-type=certs-only"}, {"content-transfer-encoding", "base64"}},
        to_bytes(to_base64(*message))};
}

net::HttpResponse CmHost::Parts::procedures(const x509::Certificate& peer) {
    const auto now = context();
    LogEntry entry;
    entry.at = now.now;
    entry.category = "procedures";
    if (const auto* known = find_officer(now, peer)) entry.officer = known->name;
    auto open = store.begin();
    if (!open) return error_response(open.error());
    auto officer = now.config.deviations.maintenance
                       ? Result<const Officer*>(fail(maintenance()))
                       : judge_officer(now, **open, peer, OfficerUse::connects, kConnects);
    if (const auto logged = log_and_commit(**open, entry, officer ? nullptr : &officer.error()); !logged)
        return error_response(logged.error());
    return officer ? json_response(procedures_text(now, **officer)) : error_response(officer.error());
}

net::HttpResponse CmHost::Parts::prepare(const net::HttpRequest& request, const x509::Certificate& peer) {
    if (!is_type(request, "application/json")) return wrong(415, "prepare takes application/json", "Send JSON.");
    const auto now = context();
    LogEntry entry;
    entry.at = now.now;
    entry.category = "prepare";
    const auto judge = [&](StoreTransaction& open) -> Result<std::string> {
        if (now.config.deviations.maintenance) return fail(maintenance());
        const auto order = read_prepare(request.body);
        if (!order) return Unexpected{order.error()};
        entry.card_serial = order->card_serial;
        entry.procedure = order->procedure;
        const auto* known = find_officer(now, peer);
        if (known != nullptr) entry.officer = known->name;
        const auto officer = judge_officer(now, open, peer, OfficerUse::connects, needed_to_prepare(known));
        if (!officer) return Unexpected{officer.error()};
        return prepare_text(now, open, *order, **officer);
    };
    auto open = store.begin();
    if (!open) return error_response(open.error());
    const auto answer = judge(**open);
    if (const auto logged = log_and_commit(**open, entry, answer ? nullptr : &answer.error()); !logged)
        return error_response(logged.error());
    return answer ? json_response(*answer) : error_response(answer.error());
}

net::HttpResponse CmHost::Parts::cmc(const net::HttpRequest& request, const x509::Certificate& peer) {
    if (!is_type(request, "application/pkcs7-mime"))
        return wrong(415, "/cmc takes application/pkcs7-mime; smime-type=CMC-request", "Send that content type.");
    const auto now = context();
    auto answer = answer_cmc(now, store, request.body, peer);
    if (!answer) return error_response(answer.error(), answer.error().code == ErrorCode::request_malformed ? 400 : 500);
    if (answer->empty()) return {kNoAnswer, {}, {}};
    return {200, {{"content-type", "application/pkcs7-mime; smime-type=CMC-response"}}, *std::move(answer)};
}

net::HttpResponse CmHost::Parts::route(const net::HttpRequest& request) {
    const auto path = path_of(request.target);
    const bool reads = path == "/cacerts" || path == "/ra/procedures";
    const bool writes = path == "/ra/prepare" || path == "/cmc";
    if (!reads && !writes)
        return wrong(404, "there is no such resource here", "See docs/formats/wire.md for the routes.");
    if (request.method != (reads ? "GET" : "POST"))
        return wrong(405, "the method does not fit the resource", std::string("Use ") + (reads ? "GET." : "POST."));
    if (path == "/cacerts") return cacerts();
    const auto peer = read_peer(request.peer_certificate);
    if (!peer)
        return error_response(refuse(ErrorCode::officer_unknown, "the connection shows no officer's certificate",
                                     "Connect with an officer's TLS client certificate.")
                                  .error);
    if (path == "/ra/procedures") return procedures(*peer);
    return path == "/cmc" ? cmc(request, *peer) : prepare(request, *peer);
}

CmHost::CmHost(Config config, const Hierarchy& hierarchy, Store& store, Clock& clock, Rng& rng)
    : x_parts(new Parts{std::make_shared<const Config>(std::move(config)), hierarchy, store, clock, SharedRng(rng)}) {}

Result<void> CmHost::hold_op_pin(const std::string& card_serial, ByteView pin) {
    auto open = x_parts->store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    if (auto done = (*open)->put_op_pin(card_serial, pin); !done) return done;
    return (*open)->commit();
}

Result<std::vector<Bytes>> CmHost::waiting_orders() {
    auto open = x_parts->store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    return (*open)->orders_in(OrderState::pending_approval);
}

Result<void> CmHost::decide(ByteView transaction_id, bool approve) {
    auto open = x_parts->store.begin();
    if (!open) return Unexpected{std::move(open).error()};
    if (auto done = cm::decide(**open, transaction_id, approve); !done) return done;
    LogEntry entry;
    entry.at = x_parts->clock.now();
    entry.category = approve ? "approve" : "refuse approval";
    entry.transaction_id = to_hex(transaction_id);
    return log_and_commit(**open, entry, nullptr);
}

CmHost::~CmHost() = default;

Result<x509::Certificate> CmHost::peer(ByteView der) const { return x_parts->read_peer(der); }

Context CmHost::context() const { return x_parts->context(); }

void CmHost::change(const std::function<void(Config&)>& alter) {
    const std::lock_guard lock(x_parts->changing);
    Config changed = *x_parts->config;
    alter(changed);
    x_parts->config = std::make_shared<const Config>(std::move(changed));
}

net::HttpResponse CmHost::handle(const net::HttpRequest& request) {
    try {
        return x_parts->route(request);
    } catch (const std::exception&) {  // of a library: out of memory, say; the host must outlive it
        return error_response(refuse(ErrorCode::cm_internal, "the CM failed while answering", "Try again.").error, 500);
    }
}

}  // namespace rakit::cm
