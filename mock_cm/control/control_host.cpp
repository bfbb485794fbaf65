#include "mock_cm/control/control_host.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/document/json_text.hpp"
#include "mock_cm/core/refusal.hpp"
#include "mock_cm/web/media_type.hpp"
#include "mock_cm/web/target.hpp"

namespace rakit::cm {
namespace {

using nlohmann::json;

constexpr std::string_view kOfficers = "/officers/", kProcedures = "/procedures/", kOpPins = "/op-pins/";

Unexpected wrong(std::string cause) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "See docs/formats/cm-control.md.");
}

net::HttpResponse answer_of(const json& body) {
    return json_response(body.dump(-1, ' ', false, json::error_handler_t::replace));
}

bool comes_from_here(const net::HttpRequest& request) {
    const auto host = request.headers.find("host");
    if (host == request.headers.end()) return false;
    const auto name = host->second.substr(0, host->second.rfind(':'));
    return name == "127.0.0.1" || name == "localhost" || name == "[::1]";
}

Result<json> body_of(const net::HttpRequest& request) {
    const auto type = request.headers.find("content-type");
    const auto media = type == request.headers.end() ? std::nullopt : parse_media_type(type->second);
    if (!media || media->type != "application/json") return wrong("the body is not application/json");
    auto body = document::parse_json(as_text(request.body));
    if (!body || !body->is_object()) return wrong("the body is no JSON object");
    return body;
}

/// member takes the one member that a body may have.
Result<json> member(const json& body, const std::string& name) {
    if (body.size() != 1 || !body.contains(name)) return wrong("the body is not {\"" + name + "\": ...}");
    return body.at(name);
}

/// set_state sets the state of the entry of this name; false if there is none.
template <class Entry>
bool set_state(std::vector<Entry>& entries, const std::string& name, bool active) {
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
    if (found == entries.end()) return false;
    found->active = active;
    return true;
}

template <class Entry>
json states(const std::vector<Entry>& entries) {
    json list = json::object();
    for (const auto& entry : entries) list[entry.name] = entry.active ? "active" : "closed";
    return list;
}

/// Control is one request to the control listener.
class Control {
public:
    Control(CmHost& core, Store& store, OffsetClock& clock, const net::HttpRequest& request)
        : x_core(core), x_store(store), x_clock(clock), x_request(request) {}

    Result<json> answer() {
        const auto target = parse_target(x_request.target);
        if (!target) return Unexpected{target.error()};
        const auto& path = target->path;
        const bool reads = x_request.method == "GET";
        if (path == "/state" && reads) return state();
        if (path == "/deviations" && reads) return deviations();
        if (path == "/clock" && reads) return clock();
        if (x_request.method != (path == "/revocations" ? "POST" : "PUT"))
            return wrong("there is no such resource, or the method does not fit it");
        const auto body = body_of(x_request);
        if (!body) return body;
        if (path == "/deviations") return set_deviations();
        if (path == "/clock") return set_clock(*body);
        if (path == "/revocations") return revoke(*body);
        if (path.rfind(kOpPins, 0) == 0) return set_op_pin(path.substr(kOpPins.size()), *body);
        if (path.rfind(kOfficers, 0) == 0) return set_state_of(path.substr(kOfficers.size()), *body, true);
        if (path.rfind(kProcedures, 0) == 0) return set_state_of(path.substr(kProcedures.size()), *body, false);
        return wrong("there is no such resource");
    }

private:
    Result<json> state() {
        const auto context = x_core.context();
        auto open = x_store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        CertificateSearch all, on_hold, revoked;
        all.limit = on_hold.limit = revoked.limit = 0;
        on_hold.active = false;
        revoked.revoked = true;
        json counts = json::object();
        for (const auto& [name, search] : {std::pair{"issued", &all}, {"onHold", &on_hold}, {"revoked", &revoked}}) {
            const auto found = (*open)->search(*search);
            if (!found) return Unexpected{found.error()};
            counts[name] = found->hits;
        }
        return json{{"version", 1},
                    {"time", to_iso8601(context.now)},
                    {"certificates", counts},
                    {"officers", states(context.config.officers)},
                    {"procedures", states(context.config.token_procedures)},
                    {"deviations", json::parse(deviations_text(context.config.deviations))}};
    }

    Result<json> deviations() { return json::parse(deviations_text(x_core.context().config.deviations)); }

    Result<json> set_deviations() {
        const auto wanted = read_deviations(as_text(x_request.body));
        if (!wanted) return wrong(wanted.error().detail);
        x_core.change([&](Config& config) { config.deviations = *wanted; });
        return deviations();
    }

    Result<json> clock() {
        return json{{"time", to_iso8601(x_clock.now())}, {"offsetSeconds", x_clock.offset().count()}};
    }

    Result<json> set_clock(const json& body) {
        // A hundred years either way: no certificate of the host lives longer, and nothing overflows.
        constexpr std::int64_t kMost = std::int64_t{100} * 366 * 86400;
        const auto offset = member(body, "offsetSeconds");
        if (!offset) return offset;
        if (!offset->is_number_integer() || offset->get<double>() > static_cast<double>(kMost) ||
            offset->get<double>() < -static_cast<double>(kMost))
            return wrong("offsetSeconds is no whole number within a hundred years");
        x_clock.set_offset(std::chrono::seconds(offset->get<std::int64_t>()));
        return clock();
    }

    Result<json> revoke(const json& body) {
        const auto text = body.value("certificate", json());
        const auto reason = body.value("reason", json(0));
        if (body.size() > 2 || !text.is_string() || !reason.is_number_unsigned() || reason.get<std::uint64_t>() > 10 ||
            reason == 7 || reason == 6 || reason == 8)
            return wrong("the body is not {\"certificate\": \"<base64 DER>\", \"reason\": CRLReason}");
        const auto der = from_base64(text.get<std::string>());
        const auto certificate = der ? x509::Certificate::parse(*der) : Result<x509::Certificate>(wrong("no base64"));
        if (!certificate) return wrong("certificate is not the base64 of a certificate");
        auto open = x_store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        const Revocation revocation{certificate->issuer_der(), certificate->serial_hex(), reason.get<int>(),
                                    x_clock.now()};
        if (auto done = (*open)->put_revocation(revocation); !done) return Unexpected{std::move(done).error()};
        if (auto done = (*open)->commit(); !done) return Unexpected{std::move(done).error()};
        return json{{"certificateserialnumber", revocation.serial}, {"reason", revocation.reason}};
    }

    Result<json> set_op_pin(const std::string& card, const json& body) {
        const auto octets = from_hex(card);
        const auto value = member(body, "value");
        if (!value) return value;
        const bool fits = value->is_string() && !value->get_ref<const std::string&>().empty() &&
                          value->get_ref<const std::string&>().size() <= 64;
        if (!octets || octets->empty() || !fits)
            return wrong("not a card serial number in hex and a value of 1 to 64 octets");
        auto open = x_store.begin();
        if (!open) return Unexpected{std::move(open).error()};
        const auto& pin = value->get_ref<const std::string&>();
        if (auto done = (*open)->put_op_pin(to_hex(*octets), as_bytes(pin)); !done)
            return Unexpected{std::move(done).error()};
        if (auto done = (*open)->commit(); !done) return Unexpected{std::move(done).error()};
        return json{{"cardSerialNumber", to_hex(*octets)}, {"held", true}};
    }

    Result<json> set_state_of(const std::string& name, const json& body, bool officer) {
        const auto state = member(body, "state");
        if (!state) return state;
        if (*state != "active" && *state != "closed") return wrong("state is neither active nor closed");
        bool found = false;
        x_core.change([&](Config& config) {
            found = officer ? set_state(config.officers, name, *state == "active")
                            : set_state(config.token_procedures, name, *state == "active");
        });
        if (!found) return wrong("the configuration has no '" + name + "'");
        return json{{"name", name}, {"state", *state}};
    }

    CmHost& x_core;
    Store& x_store;
    OffsetClock& x_clock;
    const net::HttpRequest& x_request;
};

}  // namespace

net::HttpResponse ControlHost::handle(const net::HttpRequest& request) {
    if (!comes_from_here(request)) return error_response(wrong("the Host field is not the loopback's").error, 403);
    const auto answer = Control(x_core, x_store, x_clock, request).answer();
    if (answer) return answer_of(*answer);
    const bool malformed = answer.error().code == ErrorCode::request_malformed;
    return malformed ? error_response(answer.error(), 400) : error_response(answer.error());
}

}  // namespace rakit::cm
