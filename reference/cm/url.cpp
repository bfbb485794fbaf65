#include "reference/cm/url.hpp"

#include <regex>

namespace rakit::reference {

Result<HttpsUrl> parse_https_url(const std::string& url) {
    static const std::regex kForm(R"(https://(\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(:([0-9]{1,5}))?(/[A-Za-z0-9._~/-]*)?)");
    std::smatch parts;
    if (!std::regex_match(url, parts, kForm))
        return fail(ErrorCode::usage, "'" + url + "' is no https://HOST[:PORT][/BASE]");
    HttpsUrl parsed{parts[2].matched ? parts[2] : parts[3], parts[5].matched ? parts[5].str() : "443", parts[6]};
    if (const int port = std::stoi(parsed.port); port < 1 || port > 65535)
        return fail(ErrorCode::usage, "'" + url + "': the port is not between 1 and 65535");
    while (!parsed.base.empty() && parsed.base.back() == '/') parsed.base.pop_back();
    return parsed;
}

std::string authority(const HttpsUrl& url) {
    const bool ipv6 = url.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + url.host + "]" : url.host) + ":" + url.port;
}

}  // namespace rakit::reference
