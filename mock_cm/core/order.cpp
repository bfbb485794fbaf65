#include "mock_cm/core/order.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/document/document.hpp"
#include "common/document/json_text.hpp"
#include "common/iso7816/tlv.hpp"
#include "common/ossl/handles.hpp"
#include "embedded/prepare_request_schema.hpp"
#include "embedded/reg_info_schema.hpp"
#include "mock_cm/core/crmf.hpp"
#include "mock_cm/core/pkcs10.hpp"
#include "mock_cm/core/refusal.hpp"

namespace rakit::cm {
namespace {

using nlohmann::json;

Unexpected malformed(std::string cause, std::string line = {}) {
    return refuse(ErrorCode::request_malformed, std::move(cause), "Build the request as docs/formats/wire.md says.",
                  std::move(line));
}

Action action_from(const std::string& word) {
    return word == "issue" ? Action::issue : word == "add" ? Action::add : Action::redo;
}

void read_head(const json& body, Order& order) {
    order.procedure = body.at("procedure").get<std::string>();
    order.card_serial = body.at("card").at("serial").get<std::string>();
    order.card_profile = body.at("card").at("profile").get<std::string>();
}

OrderLine read_line(const json& body) {
    OrderLine line;
    line.key = body.at("key").get<std::string>();
    line.action = action_from(body.at("action").get<std::string>());
    line.usage = body.at("usage").get<std::vector<std::string>>();
    return line;
}

Result<void> each_key_once(const Order& order) {
    std::set<std::string> keys;
    for (const auto& line : order.lines)
        if (!keys.insert(line.key).second) return malformed("key " + line.key + " has two lines", line.key);
    return {};
}

std::string dotted(ByteView contents) {
    const Bytes der = iso7816::TlvWriter().put(0x06, contents).bytes();
    const unsigned char* cursor = der.data();
    const ossl::Object object(d2i_ASN1_OBJECT(nullptr, &cursor, static_cast<long>(der.size())));
    char text[160] = "?";
    if (object) OBJ_obj2txt(text, sizeof text, object.get(), 1);
    ossl::last_error();
    return text;
}

Result<void> read_extensions(ByteView contents, OrderLine& line) {
    iso7816::TlvReader list(contents);
    while (!list.at_end()) {
        const auto extension = list.read(0x30);
        if (!extension) return malformed("the template's extensions: " + extension.error().detail, line.key);
        iso7816::TlvReader reader(extension->value);
        const auto oid = reader.read_optional(0x06);
        reader.read_optional(0x01);
        const auto value = reader.read_optional(0x04);
        if (!oid || !value || !reader.at_end()) return malformed("an extension of the template is none", line.key);
        line.extensions.push_back({dotted(oid->value), Bytes(value->value.begin(), value->value.end())});
    }
    return {};
}

Result<void> apply_template(const TemplateChange& change, Order& order) {
    for (const auto id : change.requests) {
        const auto line =
            std::find_if(order.lines.begin(), order.lines.end(), [&](const auto& one) { return one.id == id; });
        if (line == order.lines.end())
            return malformed("modCertTemplate names body part " + std::to_string(id) + ", no request");
        if (change.subject) {
            auto subject = x509::decode_name(*change.subject);
            if (!subject) return malformed("the template's subject: " + subject.error().detail, line->key);
            line->subject = *std::move(subject);
        }
        if (!change.extensions) continue;
        if (!line->extensions.empty()) return malformed("two templates with extensions for one request", line->key);
        if (auto done = read_extensions(*change.extensions, *line); !done) return done;
    }
    return {};
}

Result<void> read_replaced(const json& body, OrderLine& line) {
    if (!body.contains("replaces")) return {};
    if (line.action != Action::redo) return malformed("only a Redo line replaces a certificate", line.key);
    const auto& replaces = body.at("replaces");
    const auto issuer = from_base64(replaces.at("issuer").get<std::string>());
    if (!issuer || !x509::decode_name(*issuer)) return malformed("replaces.issuer is no Name", line.key);
    line.replaces = IssuerAndSerial{*issuer, replaces.at("serial").get<std::string>()};
    return {};
}

Result<void> read_tc(const json& body, const std::vector<x509::Certificate>& bag, OrderLine& line) {
    if (!body.contains("transportCertificate")) return {};
    const auto wanted = body.at("transportCertificate").get<std::string>();
    for (const auto& certificate : bag)
        if (to_hex(certificate.sha256()) == wanted) line.tc = certificate;
    if (!line.tc) return malformed("the transport certificate that regInfo names is not in the message", line.key);
    line.has_tc = true;
    return {};
}

Result<OrderLine> read_order_line(const json& body, const PkiData& data, const std::vector<x509::Certificate>& bag) {
    OrderLine line = read_line(body);
    line.id = body.at("bodyPartId").get<BodyPartId>();
    const auto request =
        std::find_if(data.requests.begin(), data.requests.end(), [&](const auto& one) { return one.id == line.id; });
    if (request == data.requests.end())
        return malformed("regInfo names body part " + std::to_string(line.id) + ", which is no request", line.key);
    if (auto done = read_replaced(body, line); !done) return Unexpected{std::move(done).error()};
    if (auto done = read_tc(body, bag, line); !done) return Unexpected{std::move(done).error()};
    if (line.action == Action::redo && !line.replaces && !line.tc)
        return malformed("a Redo line must name what it replaces", line.key);
    const bool witnessed = std::find(data.witnessed.begin(), data.witnessed.end(), line.id) != data.witnessed.end();
    auto done = request->crmf ? read_crmf(request->der, witnessed, line) : read_pkcs10(request->der, line);
    if (!done) return Unexpected{std::move(done).error()};
    return line;
}

Result<void> read_lines(const json& body, const PkiData& data, const std::vector<x509::Certificate>& bag,
                        Order& order) {
    std::set<BodyPartId> ids;
    std::set<Bytes> public_keys;
    for (const auto& one : body.at("lines")) {
        auto line = read_order_line(one, data, bag);
        if (!line) return Unexpected{std::move(line).error()};
        if (!ids.insert(line->id).second) return malformed("two lines for one request", line->key);
        if (!public_keys.insert(line->spki).second) return malformed("two lines with the same public key", line->key);
        order.lines.push_back(*std::move(line));
    }
    if (order.lines.size() != data.requests.size()) return malformed("a request has no line in regInfo");
    return each_key_once(order);
}

}  // namespace

Result<json> read_json(ByteView text, const document::Schema& schema, const std::string& what) {
    auto body = document::parse_json(as_text(text), schema);
    if (body) return body;
    const auto& wrong = body.error();
    return malformed(what + ": " + wrong.detail + (wrong.where.empty() ? "" : ", " + wrong.where));
}

Result<Order> read_order(const PkiData& data, const std::vector<x509::Certificate>& bag) {
    if (!data.reg_info) return malformed("the control regInfo is missing");
    if (!data.data_return) return malformed("the control dataReturn is missing");
    static const document::Schema kSchema(embedded::reg_info_schema);
    auto body = read_json(*data.reg_info, kSchema, "regInfo");
    if (!body) return Unexpected{std::move(body).error()};
    Order order;
    read_head(*body, order);
    if (to_hex(*data.data_return) != order.card_serial)
        return malformed("dataReturn is not the card serial number of regInfo");
    order.fields = body->at("fields").get<std::map<std::string, std::string>>();
    if (auto done = read_lines(*body, data, bag, order); !done) return Unexpected{std::move(done).error()};
    for (const auto& change : data.template_changes)
        if (auto done = apply_template(change, order); !done) return Unexpected{std::move(done).error()};
    order.revoke_requests = data.revoke_requests;
    return order;
}

Result<Order> read_prepare(ByteView text) {
    static const document::Schema kSchema(embedded::prepare_request_schema);
    auto body = read_json(text, kSchema, "the body of prepare");
    if (!body) return Unexpected{std::move(body).error()};
    Order order;
    read_head(*body, order);
    for (const auto& one : body->at("lines")) {
        order.lines.push_back(read_line(one));
        order.lines.back().has_tc = one.at("transportCertificate").get<bool>();
    }
    if (auto done = each_key_once(order); !done) return Unexpected{std::move(done).error()};
    return order;
}

}  // namespace rakit::cm
