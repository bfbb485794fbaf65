#include "mock_cm/rest/challenges.hpp"

#include <algorithm>

#include "common/ossl/digest.hpp"

namespace rakit::cm {

Bytes Challenges::offer(const std::string& request, UtcTime now, Rng& rng) {
    const UtcTime until = now + kLifetime;
    const std::string text =
        "{" + request + R"(,"nonce":")" + to_hex(rng.bytes(16)) + R"(","signBefore":")" + to_iso8601(until) + R"("})";
    const std::lock_guard lock(x_mutex);
    forget_old(now);
    x_open[ossl::sha256(as_bytes(text))] = {request, until};
    return to_bytes(text);
}

bool Challenges::redeem(ByteView signed_octets, const std::string& request, UtcTime now) {
    const std::lock_guard lock(x_mutex);
    const auto open = x_open.find(ossl::sha256(signed_octets));
    if (open == x_open.end() || open->second.request != request || open->second.until < now) return false;
    x_open.erase(open);
    return true;
}

void Challenges::forget_old(UtcTime now) {
    for (auto it = x_open.begin(); it != x_open.end();) it = it->second.until < now ? x_open.erase(it) : std::next(it);
    if (x_open.size() < kMost) return;
    x_open.erase(std::min_element(x_open.begin(), x_open.end(),
                                  [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
}

}  // namespace rakit::cm
