#include "scenarios/runner/made_officers.hpp"

#include <nlohmann/json.hpp>

#include "common/base/rng.hpp"
#include "common/ossl/digest.hpp"

namespace rakit::scenarios {

Result<cm::OfficerToken> MadeOfficers::get(const std::string& name, const Pin& pin, UtcTime from, UtcTime to,
                                           std::uint64_t seed) {
    const auto wish = nlohmann::json{name, as_text(pin.digits()), to_iso8601(from), to_iso8601(to), seed}.dump();
    const Bytes id = ossl::sha256(as_bytes(wish));
    if (const auto made = x_made.find(id); made != x_made.end()) return made->second;
    SeededRng rng(seed, "officer");
    auto token = cm::officer_token(x_hierarchy, name, as_text(pin.digits()), from, to, rng);
    if (token) x_made.emplace(id, *token);
    return token;
}

}  // namespace rakit::scenarios
