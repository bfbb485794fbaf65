#include "scenarios/runner/blot.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace rakit::scenarios {
namespace {

constexpr std::size_t kHeader = 4;
constexpr std::uint8_t kVerify = 0x20, kChangeReferenceData = 0x24, kResetRetryCounter = 0x2C,
                       kSetManagementKey = 0xFF,  // PIV: Yubico's, the only public one
    kSecurityOperation = 0x2A;
constexpr std::array kSecret{kVerify, kChangeReferenceData, kResetRetryCounter, kSetManagementKey};
constexpr std::uint8_t kBlot = '*';

std::string head(const net::HttpHeaders& headers, std::size_t size) {
    std::string text;
    for (const auto& [name, value] : headers)
        if (name != "content-length" && name != "transfer-encoding") text += name + ": " + value + "\r\n";
    return text + "content-length: " + std::to_string(size) + "\r\n\r\n";
}

/// without_op_pin blots a held OP PIN out of prepare's answer; whatever isn't JSON stays as it is.
Bytes without_op_pin(const Bytes& body) {
    auto value = nlohmann::json::parse(body, nullptr, false);
    if (!value.is_object() || !value.contains("opPin") || !value["opPin"].is_object() ||
        !value["opPin"].contains("value"))
        return body;
    value["opPin"]["value"] = "********";
    return to_bytes(value.dump());
}

Bytes joined(const std::string& text, const Bytes& body) {
    Bytes octets = to_bytes(text);
    append(octets, body);
    return octets;
}

}  // namespace

Bytes blotted_command(ByteView command) {
    Bytes octets(command.begin(), command.end());
    if (octets.size() <= kHeader || std::find(kSecret.begin(), kSecret.end(), octets[1]) == kSecret.end())
        return octets;
    // The lengths stay, so that it dissects: Lc is one octet, or three of which the first is zero.
    const std::size_t lengths = octets[kHeader] == 0 && octets.size() > kHeader + 3 ? 3 : 1;
    std::fill(octets.begin() + static_cast<std::ptrdiff_t>(std::min(octets.size(), kHeader + lengths)), octets.end(),
              kBlot);
    return octets;
}

Bytes blotted_answer(ByteView command, ByteView answer) {
    Bytes octets(answer.begin(), answer.end());
    const bool deciphers = command.size() > 3 && command[1] == kSecurityOperation && command[2] == 0x80;
    if (deciphers && octets.size() > 2) std::fill(octets.begin(), octets.end() - 2, kBlot);
    return octets;
}

Bytes http_text(const net::HttpRequest& request) {
    net::HttpHeaders headers = request.headers;
    headers.emplace("host", "cm");
    return joined(request.method + " " + request.target + " HTTP/1.1\r\n" + head(headers, request.body.size()),
                  request.body);
}

Bytes http_text(const net::HttpResponse& response) {
    const Bytes body = without_op_pin(response.body);
    return joined("HTTP/1.1 " + std::to_string(response.status) + " \r\n" + head(response.headers, body.size()), body);
}

}  // namespace rakit::scenarios
