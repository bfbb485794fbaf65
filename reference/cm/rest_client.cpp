#include "reference/cm/rest_client.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/document/json_text.hpp"
#include "common/ossl/keys.hpp"
#include "reference/cm/answer.hpp"
#include "reference/cm/bodies.hpp"
#include "reference/cm/cm_client.hpp"
#include "reference/cm/rest_form.hpp"
#include "reference/cm/signed_data.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

const std::string kBase = "/pgwy/api";
constexpr std::size_t kPage = 500;

Unexpected invalid(std::string detail) { return fail(ErrorCode::cm_answer_invalid, std::move(detail)); }

/// rest_refusal reads {"error": number, "msg": "code: message"}.
Error rest_refusal(const net::HttpResponse& response) {
    Error error{ErrorCode::cm_answer_invalid, {}, {}, "HTTP " + std::to_string(response.status), {}, {}};
    const auto body = document::parse_json(as_text(response.body));
    if (!body || !body->is_object() || !body->contains("msg") || !body->at("msg").is_string()) {
        error.detail = "the CM refused without a reason that can be read";
        return error;
    }
    const auto text = body->at("msg").get<std::string>();
    const auto colon = text.find(": ");
    const auto code = colon == std::string::npos ? std::nullopt : cm_code(text.substr(0, colon));
    error.code = code.value_or(ErrorCode::cm_answer_invalid);
    error.detail = code ? text.substr(colon + 2) : "the CM refused: " + text;
    return error;
}

Result<json> json_of(const net::HttpResponse& response) {
    if (response.status != 200) return fail(rest_refusal(response));
    auto body = document::parse_json(as_text(response.body));
    if (!body || !body->is_object()) return invalid("not a JSON object");
    return body;
}

net::HttpRequest get(std::string target, const char* accept) {
    return {"GET", kBase + std::move(target), {{"accept", accept}}, {}, {}};
}

/// key_identifier is RFC 5280 section 4.2.1.2, method (1).
Result<std::string> key_identifier(ByteView spki) {
    const unsigned char* cursor = spki.data();
    X509_PUBKEY* key = d2i_X509_PUBKEY(nullptr, &cursor, static_cast<long>(spki.size()));
    const unsigned char* bits = nullptr;
    int size = 0;
    const bool read = key != nullptr && X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, key) == 1;
    Bytes digest(SHA_DIGEST_LENGTH);
    if (read) SHA1(bits, static_cast<std::size_t>(size), digest.data());
    X509_PUBKEY_free(key);
    if (!read) return fail(ErrorCode::crypto_failed, "the key of the line: " + ossl::last_error());
    return to_hex(digest);
}

Result<void> can_carry(const Order& order) {
    for (const auto& line : order.lines)
        if (line.witnessed || line.transport_certificate)
            return fail(Error{ErrorCode::dialect_cannot_carry,
                              line.witnessed ? "the rest dialect takes no request without the key's signature"
                                             : "the rest dialect can't exchange a transport certificate",
                              {},
                              {},
                              "use --cm-dialect cmc",
                              line.key});
    return {};
}

}  // namespace

/// Entry is one certificate of a list.
struct RestClient::Entry {
    std::string id;
    std::string serial;
    bool revoked = false;
};

/// Line is what encode_order keeps of a line.
struct RestClient::Line {
    Bytes request;
    std::vector<std::string> known;  ///< ids of the certificates that the CM had for the key before
};

namespace {

/// text_of takes an id: the CM may write it as a number.
std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

Result<json> lines_of(ByteView encoded) {
    auto body = document::parse_json(as_text(encoded));
    if (!body || !body->is_object() || !body->contains("lines") || !body->at("lines").is_array())
        return fail(ErrorCode::journal_corrupt, "the order is none of the rest dialect", {},
                    "resume with the --cm-dialect that the order was begun with");
    return std::move(body->at("lines"));
}

}  // namespace

RestClient::RestClient(HttpExchange& exchange, std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
                       std::chrono::milliseconds deadline)
    : x_routes(exchange, std::move(anchors), deadline), x_clock(clock), x_rng(rng) {}

Result<std::pair<PrepareAnswer, Pin>> RestClient::prepare(const Order& order) {
    if (auto carried = can_carry(order); !carried) return fail(carried.error());
    return x_routes.prepare(order);
}

Result<Bytes> RestClient::request_info(const Order& order, const OrderLine& line) {
    const auto extensions = requested_extensions(order, line);
    if (!extensions) return fail(extensions.error());
    return certification_request_info(order, line, *extensions);
}

Result<Bytes> RestClient::witnessed_request(const Order& order, const OrderLine&) {
    return Unexpected{can_carry(order).error()};
}

Result<std::vector<RestClient::Entry>> RestClient::certificates_of(const OrderLine& line) {
    const auto identifier = key_identifier(line.spki);
    if (!identifier) return fail(identifier.error());
    std::vector<Entry> all;
    while (true) {
        const auto response = x_routes.ask(get("/certificates?subjectKeyIdentifier=" + *identifier +
                                                   "&searchLimit=" + std::to_string(kPage) +
                                                   "&searchOffset=" + std::to_string(all.size()),
                                               "application/json"));
        if (!response) return fail(response.error());
        const auto body = json_of(*response);
        if (!body) return fail(body.error());
        const auto list = body->find("certificates");
        if (list == body->end() || !list->is_array()) return invalid("the list of certificates can't be read");
        for (const auto& entry : *list) {
            if (!entry.is_object() || !entry.contains("certid") || !entry.contains("certificateserialnumber"))
                return invalid("an entry of the list of certificates can't be read");
            all.push_back({text_of(entry["certid"]), text_of(entry["certificateserialnumber"]),
                           entry.value("status", json()) == "revoked"});
        }
        if (list->size() < kPage) return all;
    }
}

Result<Bytes> RestClient::encode_order(const Order& order, const std::vector<Bytes>& requests,
                                       const OfficerCredential&) {
    if (auto carried = can_carry(order); !carried) return fail(carried.error());
    json lines = json::array();
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        const auto known = certificates_of(order.lines[i]);
        if (!known) return Unexpected{Error(known.error()).in("order")};
        json ids = json::array();
        for (const auto& entry : *known) ids.push_back(entry.id);
        lines.push_back({{"request", to_base64(requests.at(i))}, {"known", std::move(ids)}});
    }
    return to_bytes(json{{"lines", std::move(lines)}}.dump());
}

Result<x509::Certificate> RestClient::download(const std::string& id) {
    const auto response = x_routes.ask(get("/certificates/" + id + "/download", "application/pkix-cert"));
    if (!response) return fail(response.error());
    if (response->status != 200) return fail(rest_refusal(*response));
    auto certificate = x509::Certificate::parse(response->body);
    if (!certificate) return invalid("certificate " + id + ": " + certificate.error().detail);
    return certificate;
}

Result<std::optional<x509::Certificate>> RestClient::find_new(const Line& sent, const OrderLine& line) {
    const auto all = certificates_of(line);
    if (!all) return fail(all.error());
    for (const auto& entry : *all) {
        if (entry.revoked || std::find(sent.known.begin(), sent.known.end(), entry.id) != sent.known.end()) continue;
        auto certificate = download(entry.id);
        if (!certificate) return fail(certificate.error());
        return std::optional(*std::move(certificate));
    }
    return std::optional<x509::Certificate>();
}

Result<Bytes> RestClient::signed_call(const std::string& target, std::vector<std::pair<std::string, Bytes>> parts,
                                      const char* accept, const OfficerCredential& officer) {
    const auto offered = x_routes.ask(post_form(kBase + target, parts, accept, x_rng));
    if (!offered) return fail(offered.error());
    const auto body = json_of(*offered);
    if (!body) return fail(body.error());
    const auto octets = from_base64(body->value("dataToSign", std::string()));
    if (!octets || octets->empty()) return invalid("the CM gave nothing to sign");
    const auto signature = sign_data(*octets, officer, x_clock.now());
    if (!signature) return fail(signature.error());
    parts.emplace_back("signature", *signature);
    auto done = x_routes.tell(post_form(kBase + target, parts, accept, x_rng));
    if (!done) return fail(done.error());
    if (done->status != 200) return fail(rest_refusal(*done));
    return std::move(done->body);
}

Result<x509::Certificate> RestClient::enrol(const Line& sent, const OrderLine& line, const std::string& procedure,
                                            const OfficerCredential& officer) {
    auto found = find_new(sent, line);
    if (!found) return fail(found.error());
    if (*found) return **std::move(found);
    const auto der = signed_call("/certificates/pkcs10", {{"pkcs10", sent.request}, {"procname", to_bytes(procedure)}},
                                 "application/pkix-cert", officer);
    if (!der && der.error().code == ErrorCode::replay_conflict) {
        // Who stands between has brought it twice, and this refuses the second one: until the first one's certificate
        // is found it must not look as if nothing was issued.
        found = find_new(sent, line);
        if (found && *found) return **std::move(found);
        return fail(ErrorCode::cm_timeout_after_submit,
                    "the CM has had this request before, but its certificate can't be had: " +
                        to_string(found ? der.error() : found.error()));
    }
    if (!der) return fail(der.error());
    auto certificate = x509::Certificate::parse(*der);
    if (!certificate) return invalid("the certificate: " + certificate.error().detail);
    return certificate;
}

Result<Submission> RestClient::submit(ByteView encoded, const Order& order, const Submission& so_far,
                                      const OfficerCredential& officer) {
    const auto lines = lines_of(encoded);
    if (!lines) return fail(lines.error());
    const std::size_t next = so_far.issued.certificates.size();
    if (next >= order.lines.size() || lines->size() != order.lines.size())
        return fail(ErrorCode::journal_corrupt, "the order's lines are not those that were sent");
    const OrderLine& line = order.lines[next];
    const auto at_line = [&](Error error) {
        error.line = line.key;
        return Unexpected{std::move(error).in("submit")};
    };
    const json& entry = (*lines)[next];
    const Line sent{from_base64(entry.value("request", std::string())).value_or(Bytes{}),
                    entry.value("known", std::vector<std::string>())};
    const auto certificate = enrol(sent, line, order.procedure, officer);
    if (!certificate) return at_line(certificate.error());
    if (auto good = check_certificate(*certificate, line, x_clock.now()); !good) return at_line(good.error());
    Submission submission = so_far;
    submission.issued.confirmation_required = true;  // confirm() revokes what the order replaces, or what it brought
    submission.issued.certificates.emplace_back(line.key, *certificate);
    const Issued one{true, {}, {submission.issued.certificates.back()}, {}};
    if (auto trusted = x_routes.check_issuers(one, {}, x_clock.now()); !trusted) return at_line(trusted.error());
    return submission;
}

Result<std::optional<std::string>> RestClient::id_to_revoke(const x509::Certificate& certificate,
                                                            const OrderLine& line) {
    const auto all = certificates_of(line);
    if (!all) return fail(all.error());
    const auto entry =
        std::find_if(all->begin(), all->end(), [&](const auto& one) { return one.serial == certificate.serial_hex(); });
    return entry == all->end() || entry->revoked ? std::optional<std::string>() : entry->id;
}

Result<void> RestClient::revoke(const x509::Certificate& certificate, const OrderLine& line, const char* reason,
                                const OfficerCredential& officer) {
    const auto id = id_to_revoke(certificate, line);
    if (!id) return fail(id.error());
    if (!*id) return {};
    const auto done = signed_call("/certificates/revoke", {{"certid", to_bytes(**id)}, {"reason", to_bytes(reason)}},
                                  "application/json", officer);
    if (done) return {};
    if (done.error().code != ErrorCode::replay_conflict) return fail(done.error());
    const auto left = id_to_revoke(certificate, line);  // brought twice, as in enrol
    if (!left) return fail(left.error());
    return *left ? fail(done.error()) : Result<void>();
}

Result<void> RestClient::confirm(const Order& order, const Issued& issued, bool accepted,
                                 const OfficerCredential& officer) {
    for (const auto& line : order.lines) {
        for (const auto& [key, certificate] : issued.certificates) {
            if (key != line.key || (accepted && !line.replaces)) continue;
            const auto done = accepted ? revoke(*line.replaces, line, "superseded", officer)
                                       : revoke(certificate, line, "cessationOfOperation", officer);
            if (!done) return Unexpected{Error(done.error()).in(accepted ? "confirm" : "refuse")};
        }
    }
    return {};
}

std::unique_ptr<CmPort> open_cm(std::string_view dialect, HttpExchange& exchange,
                                std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
                                std::chrono::milliseconds deadline) {
    if (dialect == "rest") return std::make_unique<RestClient>(exchange, std::move(anchors), clock, rng, deadline);
    return std::make_unique<CmClient>(exchange, std::move(anchors), clock, rng, deadline);
}

}  // namespace rakit::reference
