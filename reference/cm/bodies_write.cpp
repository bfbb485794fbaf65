#include <nlohmann/json.hpp>

#include "reference/cm/bodies.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

json card_of(const Order& order) {
    return {{"serial", order.card_serial}, {"atr", to_hex(order.card_atr)}, {"profile", order.card_profile}};
}

json replaced(const x509::Certificate& certificate) {
    return {{"issuer", to_base64(certificate.issuer_der())},
            {"serial", certificate.serial_hex()},
            {"sha256", to_hex(certificate.sha256())}};
}

Result<std::string> dump(const json& value) {
    try {
        return value.dump();
    } catch (const json::type_error&) {
        return fail(ErrorCode::field_invalid, "a text of the order is not UTF-8");
    }
}

}  // namespace

Result<std::string> write_prepare_request(const Order& order) {
    json lines = json::array();
    for (const auto& line : order.lines)
        lines.push_back({{"key", line.key},
                         {"label", line.label},
                         {"action", line.action},
                         {"type", line.key_type},
                         {"usage", line.usage},
                         {"transportCertificate", line.transport_certificate.has_value()}});
    return dump({{"version", kVersion}, {"procedure", order.procedure}, {"card", card_of(order)}, {"lines", lines}});
}

Result<std::string> write_reg_info(const Order& order, const std::vector<std::uint32_t>& body_parts) {
    json lines = json::array();
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        const OrderLine& line = order.lines[i];
        json entry{{"bodyPartId", body_parts[i]},
                   {"key", line.key},
                   {"label", line.label},
                   {"action", line.action},
                   {"usage", line.usage}};
        if (line.replaces && line.action == "redo") entry["replaces"] = replaced(*line.replaces);
        if (line.transport_certificate) entry["transportCertificate"] = to_hex(line.transport_certificate->sha256());
        lines.push_back(std::move(entry));
    }
    return dump({{"version", kVersion},
                 {"procedure", order.procedure},
                 {"card", card_of(order)},
                 {"fields", order.fields},
                 {"lines", lines}});
}

}  // namespace rakit::reference
