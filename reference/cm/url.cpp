#include "reference/cm/url.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace rakit::reference {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool consists_of(std::string_view text, std::string_view more) {
    for (const char c : text)
        if (kAlphanumeric.find(c) == std::string_view::npos && more.find(c) == std::string_view::npos) return false;
    return true;
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, port);
    return read.ec == std::errc() && read.ptr == end && port >= 1 && port <= 65535;
}

}  // namespace

Result<HttpsUrl> parse_https_url(const std::string& url) {
    const auto wrong =
        fail(ErrorCode::usage, "'" + url + "' is no https://HOST[:PORT][/BASE] with a port from 1 to 65535");
    std::string_view rest = url;
    if (!rest.starts_with(kScheme)) return wrong;
    rest.remove_prefix(kScheme.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    std::string_view base = rest.substr(slash);
    std::string_view place = rest.substr(0, slash);
    const bool ipv6 = place.starts_with('[');
    const auto host_end = ipv6 ? place.find(']') : std::min(place.find(':'), place.size());
    if (host_end == std::string_view::npos) return wrong;
    const std::string_view host = ipv6 ? place.substr(1, host_end - 1) : place.substr(0, host_end);
    place.remove_prefix(ipv6 ? host_end + 1 : host_end);
    if (host.empty() || !consists_of(host, ipv6 ? ":." : "._-") || !consists_of(base, "._~/-")) return wrong;
    if (!place.empty() && (place.front() != ':' || !is_port(place.substr(1)))) return wrong;
    while (base.ends_with('/')) base.remove_suffix(1);
    return HttpsUrl{std::string(host), place.empty() ? "443" : std::string(place.substr(1)), std::string(base)};
}

std::string authority(const HttpsUrl& url) {
    const bool ipv6 = url.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + url.host + "]" : url.host) + ":" + url.port;
}

}  // namespace rakit::reference
