#include <gmock/gmock.h>

#include <thread>

#include "tests/integration/cm_http/echo_host.hpp"
#include "tests/integration/cm_http/tls_client.hpp"

namespace rakit::cm {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;

constexpr UtcTime kLongAgo = std::chrono::sys_days{2024y / 1 / 1};
constexpr UtcTime kPast = std::chrono::sys_days{2024y / 2 / 1};
constexpr UtcTime kFuture = std::chrono::sys_days{2053y / 1 / 1};

Credential credential(const Hierarchy& hierarchy, const std::string& name, UtcTime from, UtcTime to) {
    SeededRng rng(1, name);
    const auto token = officer_token(hierarchy, name, "p", from, to, rng);
    return open_pkcs12(token->pkcs12, "p");
}

class HttpServer : public testing::Test {
protected:
    std::string get(const Credential* who = nullptr, const std::string& method = "GET") {
        TlsClient client(x_server->port(), who);
        return client.exchange(method + " /path?q=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }
    EchoHost x_host;
    std::unique_ptr<Server> x_server = std::move(Server::start(x_host, test_hierarchy(), {})).value();
};

TEST_F(HttpServer, PassesOnTheOfficersCertificate) {
    const auto officer = credential(test_hierarchy(), "Olga Officer", kLongAgo, kFuture);
    EXPECT_THAT(get(&officer), EndsWith("GET /path?q=1 0 Olga Officer"));
}

TEST_F(HttpServer, PassesOnAnExpiredOfficerForTheHostToJudge) {
    const auto officer = credential(test_hierarchy(), "Olga Late", kLongAgo, kPast);
    EXPECT_THAT(get(&officer), EndsWith("Olga Late"));
}

TEST_F(HttpServer, NobodyIsNobody) { EXPECT_THAT(get(), EndsWith("GET /path?q=1 0 nobody")); }

TEST_F(HttpServer, StrangerOfTheSameNameIsNobody) {
    const auto other = Hierarchy::from_seed(7);
    ASSERT_TRUE(other);
    const auto stranger = credential(*other, "Olga Officer", kLongAgo, kFuture);
    EXPECT_THAT(get(&stranger), EndsWith(" nobody"));
}

TEST_F(HttpServer, CertificateOfAnotherCaOfTheHierarchyIsNobody) {
    const Credential tls{ossl::share(test_hierarchy().authority("tls").key.get()),
                         ossl::X509Certificate(X509_dup(test_hierarchy().authority("tls").certificate.handle()))};
    EXPECT_THAT(get(&tls), EndsWith(" nobody"));
}

TEST_F(HttpServer, HeadHasNoBody) {
    const auto answer = get(nullptr, "HEAD");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 23\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, FieldNamesAreLowerCaseAndRepeatedOnesJoined) {
    TlsClient client(x_server->port());
    client.exchange("GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nx-one: 2\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(x_host.headers().at("x-one"), "1, 2");
}

TEST_F(HttpServer, AnswersSeveralRequestsOnOneConnection) {
    TlsClient client(x_server->port());
    const auto answers = client.exchange(
        "POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\nGET /3 HTTP/1.0\r\n\r\n");
    EXPECT_THAT(answers, HasSubstr("POST /1 3 nobody"));
    EXPECT_THAT(answers, HasSubstr("POST /2 4 nobody"));
    EXPECT_THAT(answers, EndsWith("GET /3 0 nobody"));
}

TEST_F(HttpServer, BodyOfExactlyTheLimitPasses) {
    TlsClient client(x_server->port());
    const std::string body(1U << 20U, 'a');
    EXPECT_THAT(client.exchange("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n" + body),
                EndsWith("POST / 1048576 nobody"));
}

TEST_F(HttpServer, ServesManyAtOnce) {
    const auto officer = credential(test_hierarchy(), "Olga Officer", kLongAgo, kFuture);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 5; ++round)
                EXPECT_THAT(get(i % 2 == 0 ? &officer : nullptr), EndsWith(i % 2 == 0 ? " Olga Officer" : " nobody"));
        });
}

TEST_F(HttpServer, StopIsQuickWithOpenConnections) {
    TlsClient half(x_server->port());
    half.send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf");
    const PlainClient silent(x_server->port());
    const auto start = std::chrono::steady_clock::now();
    x_server->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s) << "below the timeout of the open connections";
    EXPECT_FALSE(PlainClient(x_server->port()).connected());
}

TEST_F(HttpServer, TakenPortIsAnError) {
    ServerOptions options;
    options.port = x_server->port();
    const auto second = Server::start(x_host, test_hierarchy(), options);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::io_failed);
    EXPECT_THAT(second.error().where, HasSubstr(std::to_string(options.port)));
}

TEST_F(HttpServer, NameInsteadOfAnAddressIsAnError) {
    ServerOptions options;
    options.address = "no address";
    EXPECT_EQ(Server::start(x_host, test_hierarchy(), options).error().code, ErrorCode::io_failed);
}

}  // namespace
}  // namespace rakit::cm
