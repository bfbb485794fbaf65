#include "reference/journal/open_order.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/document/document.hpp"
#include "embedded/journal_schema.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 3> kStages{"prepared", "issued", "written"};

json line_json(const OrderLine& line) {
    json out{{"key", line.key},       {"label", line.label}, {"action", line.action},
             {"type", line.key_type}, {"usage", line.usage}, {"publicKey", to_base64(line.spki)}};
    if (line.replaces) out["replaces"] = to_base64(line.replaces->der());
    if (line.transport_certificate) out["transportCertificate"] = to_base64(line.transport_certificate->der());
    if (line.witnessed) out["witnessed"] = true;
    if (line.foreign) out["foreign"] = true;
    return out;
}

json issued_json(const Issued& issued) {
    json out{{"confirmationRequired", issued.confirmation_required},
             {"responderNonce", to_hex(issued.responder_nonce)},
             {"certificates", json::array()},
             {"issuerCertificates", json::array()}};
    for (const auto& [key, certificate] : issued.certificates)
        out["certificates"].push_back({{"key", key}, {"certificate", to_base64(certificate.der())}});
    for (const auto& certificate : issued.issuer_certificates)
        out["issuerCertificates"].push_back(to_base64(certificate.der()));
    return out;
}

/// Reader takes values out of a document that the schema accepted; what the schema can't see becomes a finding.
class Reader {
public:
    explicit Reader(document::Document& document) : x_document(document) {}

    const json& at(const std::string& pointer) const { return x_document.value.at(json::json_pointer(pointer)); }
    bool has(const std::string& pointer) const { return x_document.value.contains(json::json_pointer(pointer)); }
    std::string text(const std::string& pointer) const { return at(pointer).get<std::string>(); }
    Bytes hex(const std::string& pointer) { return octets(pointer, from_hex(text(pointer)), "hex"); }
    Bytes base64(const std::string& pointer) { return octets(pointer, from_base64(text(pointer)), "base64"); }
    std::optional<x509::Certificate> certificate(const std::string& pointer) {
        if (!has(pointer)) return std::nullopt;
        auto parsed = x509::Certificate::parse(base64(pointer));
        if (parsed) return std::move(*parsed);
        complain(pointer, "this is no certificate");
        return std::nullopt;
    }
    void complain(const std::string& pointer, std::string message) {
        x_document.findings.push_back(x_document.finding(pointer, std::move(message)));
    }

private:
    Bytes octets(const std::string& pointer, std::optional<Bytes> decoded, const char* form) {
        if (!decoded) complain(pointer, std::string("this is no ") + form);
        return decoded.value_or(Bytes{});
    }
    document::Document& x_document;
};

OrderLine read_line(Reader& from, const std::string& at) {
    return {from.text(at + "/key"),
            from.text(at + "/label"),
            from.text(at + "/action"),
            from.text(at + "/type"),
            from.at(at + "/usage").get<std::vector<std::string>>(),
            from.base64(at + "/publicKey"),
            from.certificate(at + "/replaces"),
            from.certificate(at + "/transportCertificate"),
            from.has(at + "/witnessed"),
            from.has(at + "/foreign")};
}

Order read_order(Reader& from) {
    Order order{from.hex("/order/transaction"),
                from.hex("/order/nonce"),
                from.text("/order/procedure"),
                from.text("/card/serial"),
                from.hex("/card/atr"),
                from.text("/card/profile"),
                from.at("/order/fields").get<std::map<std::string, std::string>>(),
                {}};
    for (std::size_t i = 0; i < from.at("/order/lines").size(); ++i)
        order.lines.push_back(read_line(from, "/order/lines/" + std::to_string(i)));
    return order;
}

Issued read_issued(Reader& from) {
    Issued issued;
    issued.confirmation_required = from.at("/issued/confirmationRequired").get<bool>();
    issued.responder_nonce = from.hex("/issued/responderNonce");
    for (std::size_t i = 0; i < from.at("/issued/certificates").size(); ++i) {
        const std::string at = "/issued/certificates/" + std::to_string(i);
        if (auto certificate = from.certificate(at + "/certificate"))
            issued.certificates.emplace_back(from.text(at + "/key"), std::move(*certificate));
    }
    for (std::size_t i = 0; i < from.at("/issued/issuerCertificates").size(); ++i)
        if (auto certificate = from.certificate("/issued/issuerCertificates/" + std::to_string(i)))
            issued.issuer_certificates.push_back(std::move(*certificate));
    return issued;
}

json images_json(const std::vector<ObjectImage>& images) {
    json all = json::array();
    for (const auto& image : images)
        all.push_back({{"place", image.place}, {"content", to_base64(image.content)}, {"keys", image.keys}});
    return all;
}

std::vector<ObjectImage> read_images(Reader& from) {
    std::vector<ObjectImage> images;
    for (std::size_t i = 0; i < from.at("/images").size(); ++i) {
        const std::string at = "/images/" + std::to_string(i);
        images.push_back({from.text(at + "/place"), from.base64(at + "/content"),
                          from.at(at + "/keys").get<std::vector<std::string>>()});
    }
    return images;
}

Pending read_pending(Reader& from) {
    Pending pending{from.hex("/pending/token"), {}, from.hex("/pending/responderNonce")};
    if (const auto moment = from_iso8601(from.text("/pending/earliest")))
        pending.earliest = *moment;
    else
        from.complain("/pending/earliest", "this is no moment");
    return pending;
}

OpenOrder read(Reader& from) {
    OpenOrder open;
    const auto stage = std::find(kStages.begin(), kStages.end(), from.text("/stage"));
    open.stage = static_cast<OpenOrder::Stage>(stage - kStages.begin());
    open.order = read_order(from);
    open.identity = {from.text("/card/serial"), from.at("/card/keys").get<std::vector<std::string>>()};
    open.encoded = from.base64("/encoded");
    if (from.has("/issued")) open.issued = read_issued(from);
    open.replace_ca = from.has("/replaceCa");
    if (from.has("/images")) open.images = read_images(from);
    if (from.has("/pending")) open.pending = read_pending(from);
    if (open.stage == OpenOrder::Stage::prepared) return open;
    if (!open.issued || open.issued->certificates.size() != open.order.lines.size())
        from.complain("/stage", "the order is " + from.text("/stage") + ", but a certificate is missing");
    return open;
}

}  // namespace

std::string_view name(OpenOrder::Stage stage) { return kStages.at(static_cast<std::size_t>(stage)); }

std::string to_json(const OpenOrder& open) {
    json lines = json::array();
    for (const auto& line : open.order.lines) lines.push_back(line_json(line));
    json out{{"version", 1},
             {"stage", name(open.stage)},
             {"card",
              {{"serial", open.order.card_serial},
               {"atr", to_hex(open.order.card_atr)},
               {"profile", open.order.card_profile},
               {"keys", open.identity.keys}}},
             {"order",
              {{"transaction", to_hex(open.order.transaction_id)},
               {"nonce", to_hex(open.order.sender_nonce)},
               {"procedure", open.order.procedure},
               {"fields", open.order.fields},
               {"lines", std::move(lines)}}},
             {"encoded", to_base64(open.encoded)}};
    if (open.issued) out["issued"] = issued_json(*open.issued);
    if (open.replace_ca) out["replaceCa"] = true;
    if (!open.images.empty()) out["images"] = images_json(open.images);
    if (open.pending)
        out["pending"] = {{"token", to_hex(open.pending->token)},
                          {"earliest", to_iso8601(open.pending->earliest)},
                          {"responderNonce", to_hex(open.pending->responder_nonce)}};
    return out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<OpenOrder> parse_open_order(const std::string& file, std::string_view text) {
    auto document = document::read_document(file, text);
    static const document::Schema kSchema(embedded::journal_schema);
    if (document.findings.empty()) document::check(document, kSchema);
    OpenOrder open;
    if (document.findings.empty()) {
        Reader reader(document);
        open = read(reader);
    }
    if (document.findings.empty()) return open;
    auto error = document::failure(document.findings);
    error.code = ErrorCode::journal_corrupt;
    error.remedy = "restore the file, or have the CM's operator look for the order";
    return fail(std::move(error));
}

}  // namespace rakit::reference
