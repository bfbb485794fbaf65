#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <latch>

#include "mock_cm/http/server.hpp"
#include "reference/cm/https_exchange.hpp"
#include "reference/officer/pkcs12_officer.hpp"

namespace rakit::reference {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatient{10000};
constexpr milliseconds kShort{200};

const cm::Hierarchy& hierarchy() {
    static const auto made = *cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    return made;
}

std::unique_ptr<Pkcs12Officer> officer() {
    SystemRng rng;
    const auto token = *cm::officer_token(hierarchy(), "Olivia Officer", "1234", *from_iso8601("2020-01-01T00:00:00Z"),
                                          *from_iso8601("2050-01-01T00:00:00Z"), rng);
    auto opened = *Pkcs12Officer::from_bytes(token.pkcs12);
    if (!opened->unlock(Pin("1234"))) std::abort();
    return opened;
}

/// EchoHost answers with the request's body, or a large one, or not before it is released.
class EchoHost final : public cm::Host {
public:
    net::HttpResponse handle(const net::HttpRequest& request) override {
        if (request.target == "/base/silent") x_released.wait();
        if (request.target == "/base/large") return {200, {}, Bytes(HttpsExchange::kAnswerLimit + 1)};
        return {request.peer_certificate.empty() ? 403 : 200, {{"x-target", request.target}}, request.body};
    }
    void release() { x_released.count_down(); }

private:
    std::latch x_released{1};
};

net::HttpRequest post(const char* target) {
    return {"POST", target, {{"content-type", "text/plain"}}, to_bytes("hello"), {}};
}

struct Served {
    EchoHost host;
    std::unique_ptr<cm::Server> server = *cm::Server::start(host, hierarchy(), {});
    std::unique_ptr<Pkcs12Officer> credential = officer();
    std::unique_ptr<HttpsExchange> exchange = open(hierarchy().authority("root").certificate, credential.get());

    std::string url() const { return "https://127.0.0.1:" + std::to_string(server->port()) + "/base"; }
    std::unique_ptr<HttpsExchange> open(const x509::Certificate& anchor, const OfficerCredential* who) const {
        return *HttpsExchange::open(url(), {anchor}, who);
    }
};

TEST(HttpsExchange, CarriesARequestAndKeepsTheConnection) {
    Served served;
    const auto answer = served.exchange->exchange(post("/x"), kPatient);
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.at("x-target"), "/base/x");
    EXPECT_EQ(as_text(answer->body), "hello");
    // A locked key can't make another handshake, so this goes over the connection that is there.
    served.credential->lock();
    EXPECT_TRUE(served.exchange->exchange(post("/x"), kPatient));
    served.server.reset();
    EXPECT_EQ(served.exchange->exchange(post("/x"), kPatient).error().code, ErrorCode::officer_credential_invalid);
}

TEST(HttpsExchange, ConnectsAgainAfterTheServerDroppedIt) {
    Served served;
    ASSERT_TRUE(served.exchange->exchange(post("/x"), kPatient));
    cm::ServerOptions same;
    same.port = served.server->port();
    served.server.reset();
    auto restarted = cm::Server::start(served.host, hierarchy(), same);
    ASSERT_TRUE(restarted) << to_string(restarted.error());
    const auto answer = served.exchange->exchange(post("/x"), kPatient);
    EXPECT_TRUE(answer) << to_string(answer.error());
}

TEST(HttpsExchange, WithoutOfficerNoCertificateIsShown) {
    Served served;
    const auto anonymous = served.open(hierarchy().authority("root").certificate, nullptr);
    const auto answer = anonymous->exchange(post("/x"), kPatient);
    ASSERT_TRUE(answer) << to_string(answer.error());
    EXPECT_EQ(answer->status, 403);
}

TEST(HttpsExchange, AServerUnderNoAnchorIsUntrusted) {
    Served served;
    const auto exchange = served.open(hierarchy().authority("tc-issuer").certificate, served.credential.get());
    const auto answer = exchange->exchange(post("/x"), kPatient);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::cm_untrusted) << to_string(answer.error());
}

TEST(HttpsExchange, AServerOfAnotherNameIsUntrusted) {
    EchoHost host;
    cm::ServerOptions options;
    options.address = "127.0.0.2";  // its certificate says 127.0.0.1
    const auto server = *cm::Server::start(host, hierarchy(), options);
    const auto credential = officer();
    const auto exchange = *HttpsExchange::open("https://127.0.0.2:" + std::to_string(server->port()),
                                               {hierarchy().authority("root").certificate}, credential.get());
    const auto answer = exchange->exchange(post("/x"), kPatient);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::cm_untrusted) << to_string(answer.error());
}

TEST(HttpsExchange, AnAnswerThatDoesNotComeEndsWithTheDeadline) {
    Served served;
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = served.exchange->exchange(post("/silent"), kShort);
    const auto took = std::chrono::steady_clock::now() - begin;
    served.host.release();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::cm_no_answer) << to_string(answer.error());
    EXPECT_GE(took, kShort);
    EXPECT_LT(took, kPatient);
}

TEST(HttpsExchange, AnAnswerAboveTheLimitIsRefused) {
    Served served;
    const auto answer = served.exchange->exchange(post("/large"), kPatient);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::cm_answer_invalid) << to_string(answer.error());
}

/// Listener is a TCP socket that nobody serves: connections are taken by the kernel, and nothing is ever said.
class Listener {
public:
    Listener() : x_socket(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (bind(x_socket, generic, size) != 0 || listen(x_socket, 1) != 0 ||
            getsockname(x_socket, generic, &size) != 0)
            std::abort();
        x_port = ntohs(address.sin_port);
    }
    ~Listener() { close(); }
    void close() {
        if (x_socket >= 0) ::close(x_socket);
        x_socket = -1;
    }
    std::string url() const { return "https://127.0.0.1:" + std::to_string(x_port); }

private:
    int x_socket;
    int x_port = 0;
};

TEST(HttpsExchange, WhereNobodyAnswersNothingWasSent) {
    const auto credential = officer();
    Listener listener;
    const auto exchange =
        *HttpsExchange::open(listener.url(), {hierarchy().authority("root").certificate}, credential.get());
    EXPECT_EQ(exchange->exchange(post("/x"), kShort).error().code, ErrorCode::cm_unreachable);
    listener.close();
    EXPECT_EQ(exchange->exchange(post("/x"), kPatient).error().code, ErrorCode::cm_unreachable);
}

}  // namespace
}  // namespace rakit::reference
