// covers: host-hostile
// What a hostile or broken client sends, and after each of them an honest one that must be served.
#include <gmock/gmock.h>

#include <condition_variable>

#include "tests/integration/cm_http/echo_host.hpp"
#include "tests/integration/cm_http/tls_client.hpp"

namespace rakit::cm {
namespace {

using namespace std::string_literals;

constexpr const char* kHonest = "GET /honest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// HostileServer is one server for all rows: what one client does must not reach the next.
class HostileServer : public testing::Test {
protected:
    static void SetUpTestSuite() {
        ServerOptions options;
        options.timeout = std::chrono::milliseconds(1500);
        options.connections = 8;
        options.on_broken = [](const std::string&) {
            const std::lock_guard lock(x_mutex);
            ++x_broken;
            x_told.notify_all();
        };
        x_server = std::move(Server::start(x_host, test_hierarchy(), options)).value();
    }
    static void TearDownTestSuite() { x_server.reset(); }
    void TearDown() override {
        TlsClient honest(x_server->port());
        EXPECT_EQ(status_of(honest.exchange(kHonest)), 200) << "the next client is served";
    }
    static inline EchoHost x_host;
    static int broken() {
        const std::lock_guard lock(x_mutex);
        return x_broken;
    }
    /// more_broken_than waits until the host was told of more, for a peer sees a closed connection sooner.
    static bool more_broken_than(int before) {
        std::unique_lock lock(x_mutex);
        return x_told.wait_for(lock, std::chrono::seconds(kPatience), [&] { return x_broken > before; });
    }
    static inline std::mutex x_mutex;
    static inline std::condition_variable x_told;
    static inline int x_broken = 0;  ///< what the request log would hold
    static inline std::unique_ptr<Server> x_server;
};

enum class Then { wait, end_sending, leave };

struct TlsRow {
    const char* name;
    std::string sent;
    int status;  // 0: the connection ends without an answer
    Then then = Then::wait;
};

void PrintTo(const TlsRow& row, std::ostream* out) { *out << row.name; }

class HostileHttp : public HostileServer, public testing::WithParamInterface<TlsRow> {};

TEST_P(HostileHttp, IsAnsweredOrDropped) {
    const auto& row = GetParam();
    const int logged = broken();
    TlsClient client(x_server->port());
    ASSERT_TRUE(client.connected());
    client.send(row.sent);
    if (row.then == Then::leave) return;
    if (row.then == Then::end_sending) client.end_sending();
    const auto answer = client.receive_all();
    EXPECT_EQ(status_of(answer), row.status) << answer;
    if (row.status >= 400 && row.status < 500) {
        EXPECT_THAT(answer, testing::HasSubstr("\"request_malformed\""));
    }
    const bool refused = row.status >= 400 && row.status != 500,
               broken_off = std::string_view(row.name).rfind("half_", 0) == 0;
    if (refused || broken_off) {
        EXPECT_TRUE(more_broken_than(logged)) << "it is logged";
    }
}

std::string post(const std::string& fields, const std::string& body = {}) {
    return "POST /cmc HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n\r\n" + body;
}

std::string many_fields(int count) {
    std::string text = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < count; ++i) text += "X-Field-" + std::to_string(i) + ": some value\r\n";
    return text + "\r\n";
}

const std::string kChunked = "Transfer-Encoding: chunked";

std::vector<TlsRow> tls_rows() {
    return {
        {"nothing", "", 0},
        {"nothing_and_ends", "", 0, Then::end_sending},
        {"nothing_and_leaves", "", 0, Then::leave},
        {"blank_lines", "\r\n\r\n\r\n\r\n", 400},
        {"zero_octets", std::string(512, '\0'), 400},
        {"high_octets", std::string(512, '\xFF'), 400},
        {"tls_in_tls", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"s, 400},
        {"method_alone", "GET\r\n\r\n", 400},
        {"no_version", "GET /\r\n\r\n", 400},
        {"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"http_9", "GET / HTTP/9.9\r\n\r\n", 505},
        {"version_of_letters", "GET / HTTP/a.b\r\n\r\n", 505},
        {"another_protocol", "GET / HTCPCP/1.0\r\n\r\n", 505},
        {"bare_line_feeds", "GET / HTTP/1.1\n\n", 505},
        {"two_spaces", "GET  / HTTP/1.1\r\n\r\n", 400},
        {"space_in_method", "GE T / HTTP/1.1\r\n\r\n", 505},
        {"method_of_signs", "G(E)T / HTTP/1.1\r\n\r\n", 400},
        {"zero_in_target", "GET /\0 HTTP/1.1\r\n\r\n"s, 400},
        {"field_without_colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400},
        {"field_without_name", "GET / HTTP/1.1\r\n: value\r\n\r\n", 400},
        {"space_in_field_name", "GET / HTTP/1.1\r\nBad Name: value\r\n\r\n", 400},
        {"control_in_field_value", "GET / HTTP/1.1\r\nX: a\x01z\r\n\r\n", 400},
        {"long_target", "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n\r\n", 431},
        {"long_field", "GET / HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n", 431},
        {"many_fields", many_fields(1000), 431},
        {"header_without_end", "GET / HTTP/1.1\r\nX: " + std::string(200000, 'a'), 431},
        {"length_beyond_limit", post("Content-Length: 1048577"), 413},
        {"length_beyond_limit_with_body", post("Content-Length: 2000000", std::string(2000000, 'a')), 413},
        {"negative_length", post("Content-Length: -1"), 400},
        {"length_beyond_64_bits", post("Content-Length: 99999999999999999999999"), 400},
        {"length_of_letters", post("Content-Length: ten"), 400},
        {"two_lengths", post("Content-Length: 1\r\nContent-Length: 2", "ab"), 400},
        {"length_and_chunked", post("Content-Length: 5\r\n" + kChunked, "0\r\n\r\n"), 400},
        {"bad_chunk_size", post(kChunked, "ZZ\r\nab\r\n0\r\n\r\n"), 400},
        {"chunk_size_beyond_64_bits", post(kChunked, "FFFFFFFFFFFFFFFFFF\r\nab"), 400},
        {"chunk_beyond_limit", post(kChunked, "1E8480\r\n" + std::string(2000000, 'a') + "\r\n0\r\n\r\n"), 413},
        {"chunk_without_line_end", post(kChunked, "2\r\nabXX0\r\n\r\n"), 400},
        {"half_header", "GET / HTTP/1.1\r\nHo", 0},
        {"half_header_and_ends", "GET / HTTP/1.1\r\nHo", 0, Then::end_sending},
        {"half_header_and_leaves", "GET / HTTP/1.1\r\nHo", 0, Then::leave},
        {"half_body", post("Content-Length: 100", "half"), 0},
        {"half_body_and_ends", post("Content-Length: 100", "half"), 0, Then::end_sending},
        {"half_body_and_leaves", post("Content-Length: 100", "half"), 0, Then::leave},
        {"half_chunk", post(kChunked, "64\r\nhalf"), 0},
        {"good_then_garbage", "GET /good HTTP/1.1\r\n\r\n\xFF\xFE\xFD garbage\r\n\r\n", 200},
        {"expects_and_says_nothing", post("Content-Length: 5\r\nExpect: 100-continue"), 100},
        {"throwing_host", "GET /throw HTTP/1.1\r\nConnection: close\r\n\r\n", 500},
    };
}

INSTANTIATE_TEST_SUITE_P(Rows, HostileHttp, testing::ValuesIn(tls_rows()),
                         [](const auto& row) { return row.param.name; });

struct PlainRow {
    const char* name;
    std::string sent;
    bool leave = false;
};

void PrintTo(const PlainRow& row, std::ostream* out) { *out << row.name; }

class HostileTls : public HostileServer, public testing::WithParamInterface<PlainRow> {};

TEST_P(HostileTls, IsDropped) {
    const int logged = broken();
    PlainClient client(x_server->port());
    ASSERT_TRUE(client.connected());
    client.send(GetParam().sent);
    if (!GetParam().leave) {
        EXPECT_TRUE(client.receive_all());
        EXPECT_TRUE(more_broken_than(logged)) << "it is logged";
    }
}

const std::string kHelloStart = "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"s;

INSTANTIATE_TEST_SUITE_P(
    Rows, HostileTls,
    testing::Values(PlainRow{"silence", ""}, PlainRow{"leaves", "", true}, PlainRow{"plain_http", kHonest},
                    PlainRow{"garbage", std::string(4096, '\xFF')}, PlainRow{"zero_octets", std::string(4096, '\0')},
                    PlainRow{"half_hello", kHelloStart}, PlainRow{"half_hello_and_leaves", kHelloStart, true},
                    PlainRow{"record_beyond_limit", "\x16\x03\x01\xFF\xFF" + std::string(70000, 'a')},
                    PlainRow{"alert", "\x15\x03\x03\x00\x02\x02\x28"s},
                    PlainRow{"data_before_handshake", "\x17\x03\x03\x00\x05hello"s},
                    PlainRow{"ssl_2_hello", "\x80\x2E\x01\x00\x02\x00\x15\x00\x00\x00\x10" + std::string(37, 'a')}),
    [](const auto& row) { return row.param.name; });

TEST_F(HostileServer, SilentCrowdHoldsUpNobodyForLong) {
    std::vector<std::unique_ptr<PlainClient>> crowd;
    for (int i = 0; i < 24; ++i) crowd.push_back(std::make_unique<PlainClient>(x_server->port()));
    TlsClient honest(x_server->port());
    EXPECT_EQ(status_of(honest.exchange(kHonest)), 200);
}

}  // namespace
}  // namespace rakit::cm
