// The CM host as strangers and officers meet it: sequences of requests, each of which gets an answer.
#include <cstdlib>

#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/cm_host.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using namespace rakit;

struct Route {
    const char *method, *target, *content_type;
};

/// kRoutes are what the first octet of a request chooses.
constexpr Route kRoutes[] = {
    {"POST", "/cmc", "application/pkcs7-mime; smime-type=CMC-request"},
    {"POST", "/ra/prepare", "application/json"},
    {"GET", "/ra/procedures", ""},
    {"GET", "/cacerts", ""},
};

}  // namespace

/// Each request is an octet (route, and with 80 nobody's certificate), a length of two octets, and the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto hierarchy = *cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    static const auto config = cm::default_config();
    VirtualClock clock(*from_iso8601("2026-03-02T12:00:00Z"));
    SeededRng rng(1, "CM");
    cm::MemoryStore store;
    cm::CmHost host(config, hierarchy, store, clock, rng);
    static const auto officer = [] {
        SeededRng officer_rng(1, "officer");
        return *cm::officer_token(hierarchy, "Olivia Officer", "secret", *from_iso8601("2024-01-01T00:00:00Z"),
                                  *from_iso8601("2054-01-01T00:00:00Z"), officer_rng);
    }();
    ByteView rest(data, size);
    while (rest.size() >= 3) {
        const auto& route = kRoutes[(rest[0] & 0x7F) % std::size(kRoutes)];
        const bool stranger = (rest[0] & 0x80) != 0;
        const std::size_t length =
            std::min<std::size_t>(static_cast<std::size_t>(rest[1]) << 8 | rest[2], rest.size() - 3);
        net::HttpRequest request;
        request.method = route.method;
        request.target = route.target;
        if (*route.content_type != 0) request.headers["content-type"] = route.content_type;
        request.body.assign(rest.begin() + 3, rest.begin() + 3 + static_cast<std::ptrdiff_t>(length));
        if (!stranger) request.peer_certificate = officer.certificate.der();
        const auto response = host.handle(request);
        if (response.status < 200 || response.status > 599) std::abort();
        rest = rest.subspan(3 + length);
    }
    return 0;
}
