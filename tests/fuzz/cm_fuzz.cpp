// The CM host as strangers and officers meet it, and a test behind its control socket: sequences of requests, each of
// which gets an answer. While only strangers speak, nothing is issued, ordered or revoked.
#include <openssl/pkcs12.h>

#include <cstdlib>

#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/control/control_host.hpp"
#include "mock_cm/front/front_host.hpp"
#include "tests/support/cms_data.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using namespace rakit;

struct Route {
    const char *method, *target, *content_type;
};

/// kRoutes are what the first octet of a request chooses, and three more ways behind them.
constexpr Route kRoutes[] = {
    {"POST", "/cmc", "application/pkcs7-mime; smime-type=CMC-request"},
    {"POST", "/ra/prepare", "application/json"},
    {"GET", "/ra/procedures", ""},
    {"GET", "/cacerts", ""},
};
constexpr std::size_t kSigned = std::size(kRoutes);  ///< PKIData to /cmc, signed by the officer
constexpr std::size_t kAny = kSigned + 1;            ///< the body begins with a line `METHOD TARGET TYPE`
constexpr std::size_t kControl = kAny + 1;           ///< as kAny, to the control host
constexpr std::size_t kWays = kControl + 1;

const UtcTime kNow = *from_iso8601("2026-03-02T12:00:00Z");

const cm::Hierarchy& hierarchy() {
    static const auto made = *cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    return made;
}

struct Officer {
    x509::Certificate certificate;
    ossl::PKey key;
};

const Officer& officer() {
    static const auto made = [] {
        SeededRng rng(1, "officer");
        auto token = *cm::officer_token(hierarchy(), "Olivia Officer", "secret", *from_iso8601("2024-01-01T00:00:00Z"),
                                        *from_iso8601("2054-01-01T00:00:00Z"), rng);
        const std::uint8_t* at = token.pkcs12.data();
        const ossl::Pkcs12 file(d2i_PKCS12(nullptr, &at, static_cast<long>(token.pkcs12.size())));
        EVP_PKEY* key = nullptr;
        X509* certificate = nullptr;
        if (PKCS12_parse(file.get(), "secret", &key, &certificate, nullptr) != 1) std::abort();
        X509_free(certificate);
        return Officer{std::move(token.certificate), ossl::PKey(key)};
    }();
    return made;
}

/// head_line takes the first line of the body apart: method, target, content type.
void head_line(net::HttpRequest& request) {
    const auto text = as_text(request.body);
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto first = std::min(line.find(' '), line.size());
    const auto second = std::min(line.find(' ', first + 1), line.size());
    request.method = line.substr(0, first);
    if (first < line.size()) request.target = line.substr(first + 1, second - first - 1);
    if (second < line.size()) request.headers["content-type"] = line.substr(second + 1);
    request.body.erase(request.body.begin(),
                       request.body.begin() + static_cast<std::ptrdiff_t>(std::min(end + 1, text.size())));
}

net::HttpRequest request_of(std::size_t way, ByteView body) {
    net::HttpRequest request;
    request.headers["host"] = "localhost";
    request.body.assign(body.begin(), body.end());
    if (way >= kAny) return head_line(request), request;
    const auto& route = kRoutes[way == kSigned ? 0 : way];
    request.method = route.method;
    request.target = route.target;
    if (*route.content_type != 0) request.headers["content-type"] = route.content_type;
    if (way == kSigned)
        request.body = test::sign_data(body, officer().certificate, officer().key.get(), kNow,
                                       {.content_type = NID_id_cct_PKIData});
    return request;
}

}  // namespace

/// Each request is an octet (way, and with 80 nobody's certificate), a length of two octets, and the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto config = cm::default_config();
    VirtualClock still(kNow);
    cm::OffsetClock clock(still);
    SeededRng rng(1, "CM");
    cm::MemoryStore store;
    cm::CmHost host(config, hierarchy(), store, clock, rng);
    cm::FrontHost front(host, store);
    cm::ControlHost control(host, store, clock);
    bool strangers = true;
    ByteView rest(data, size);
    while (rest.size() >= 3) {
        const auto way = (rest[0] & 0x7F) % kWays;
        const bool stranger = (rest[0] & 0x80) != 0;
        const std::size_t length =
            std::min<std::size_t>(static_cast<std::size_t>(rest[1]) << 8 | rest[2], rest.size() - 3);
        auto request = request_of(way, rest.subspan(3, length));
        if (!stranger) request.peer_certificate = officer().certificate.der();
        strangers = strangers && stranger && way != kControl;
        const auto response = way == kControl ? control.handle(request) : front.handle(request);
        if (response.status < 200 || response.status > 599) std::abort();
        rest = rest.subspan(3 + length);
    }
    const auto& kept = store.content();
    if (strangers && !(kept.orders.empty() && kept.certificates.empty() && kept.revocations.empty())) std::abort();
    return 0;
}
