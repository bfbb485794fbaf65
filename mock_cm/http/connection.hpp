#pragma once

// For this folder's .cpp files only, as tls.hpp.
#include "common/net/asio.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "mock_cm/http/messages.hpp"
#include "mock_cm/http/server.hpp"

namespace rakit::cm {

namespace asio = boost::asio;
namespace beast = boost::beast;

inline constexpr std::chrono::milliseconds kLinger{500};

inline auto into(beast::error_code& problem) { return asio::redirect_error(asio::use_awaitable, problem); }

/// is_http_problem tells what can be answered from what just ended.
bool is_http_problem(const beast::error_code& problem);

/// drop_rest reads away what the peer still sends after a refusal: closing on unread octets would reset the connection,
/// and the peer would lose the answer.
asio::awaitable<void> drop_rest(beast::tcp_stream& stream);

/// ask lets the host answer, and survives one that throws.
net::HttpResponse ask(Host& host, const net::HttpRequest& request);

/// Connection serves the requests of one connection, over TLS or plain.
template <class Stream>
class Connection {
public:
    Connection(Stream& stream, Host& host, const ServerOptions& options, Bytes officer)
        : x_stream(stream), x_host(host), x_options(options), x_officer(std::move(officer)) {}

    /// run returns when the connection is over; true if it may be closed in good order.
    asio::awaitable<bool> run() {
        bool more = true;  // GCC 12 makes no code of a loop whose condition is a co_await and whose body is empty
        while (more) more = co_await exchange();
        co_return x_orderly;
    }

private:
    using error_code = beast::error_code;

    /// exchange answers one request; false when the connection is over.
    asio::awaitable<bool> exchange() {
        beast::http::request_parser<WireBody> parser;
        parser.header_limit(x_options.header_limit);
        parser.body_limit(x_options.body_limit);
        error_code problem;
        co_await receive(parser, problem);
        if (problem) {
            if (is_http_problem(problem))
                co_await refuse(problem);
            else if (problem != beast::http::error::end_of_stream)
                tell("a request that did not come whole: " + problem.message());
            co_return false;
        }
        const bool head = parser.get().method() == beast::http::verb::head;
        const bool keep_alive = parser.get().keep_alive();
        const unsigned version = parser.get().version();
        if (x_options.on_request) x_options.on_request();
        const auto faults = x_options.deviations ? x_options.deviations() : Deviations();
        if (faults.drop_before) co_return abort();
        const auto request = from_wire(parser.release(), x_officer);
        if (faults.duplicate_request && faults.http_status == 0) (void)ask(x_host, request);
        auto answer = faults.http_status != 0 ? broken_proxy(faults.http_status) : ask(x_host, request);
        if (faults.drop_after || answer.status == kNoAnswer) co_return abort();
        if (faults.wrong_content_type) answer.headers["content-type"] = "text/html";
        auto response = to_wire(std::move(answer), version, keep_alive, head);
        co_await wait(std::chrono::milliseconds(faults.slow_ms));
        if (faults.truncate_body || faults.stall) {
            co_await send_half(response, faults.stall);
            co_return abort();
        }
        for (int times = faults.duplicate_answer ? 2 : 1; times > 0 && !problem; --times) {
            limit();
            co_await beast::http::async_write(x_stream, response, into(problem));
        }
        co_return !problem && keep_alive;
    }

    asio::awaitable<void> receive(beast::http::request_parser<WireBody>& parser, error_code& problem) {
        limit();
        co_await beast::http::async_read_header(x_stream, x_buffer, parser, into(problem));
        if (!problem && beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
            beast::http::response<beast::http::empty_body> go_on(beast::http::status::continue_,
                                                                 parser.get().version());
            co_await beast::http::async_write(x_stream, go_on, into(problem));
        }
        if (!problem) co_await beast::http::async_read(x_stream, x_buffer, parser, into(problem));
    }

    asio::awaitable<void> refuse(const error_code& why) {
        tell("what is no HTTP, or too much of it: " + why.message());
        auto response = to_wire(refusal(why), 11, false, false);
        error_code problem;
        limit();
        co_await beast::http::async_write(x_stream, response, into(problem));
        if (!problem) co_await drop_rest(beast::get_lowest_layer(x_stream));
    }

    asio::awaitable<void> wait(std::chrono::milliseconds time) {
        if (time.count() == 0) co_return;
        error_code problem;
        asio::steady_timer timer(x_stream.get_executor(), time);
        co_await timer.async_wait(into(problem));
    }

    /// send_half sends the head, which speaks of a whole body, and half of that. Who stalls then waits until the peer
    /// has had enough.
    asio::awaitable<void> send_half(WireResponse& response, bool stall) {
        error_code problem;
        limit();
        beast::http::response_serializer<WireBody> serializer(response);
        co_await beast::http::async_write_header(x_stream, serializer, into(problem));
        const auto half = asio::buffer(response.body().data(), response.body().size() / 2);
        if (!problem && half.size() > 0) co_await asio::async_write(x_stream, half, into(problem));
        if (!stall) co_return;
        beast::get_lowest_layer(x_stream).expires_never();
        std::array<char, 1024> scratch{};
        while (!problem) {
            const auto buffer = asio::buffer(scratch);
            co_await x_stream.async_read_some(buffer, into(problem));
        }
    }

    void limit() { beast::get_lowest_layer(x_stream).expires_after(x_options.timeout); }
    bool abort() {
        x_orderly = false;
        return false;
    }
    void tell(const std::string& what) {
        if (x_options.on_broken) x_options.on_broken(what);
    }

    Stream& x_stream;
    Host& x_host;
    const ServerOptions& x_options;
    Bytes x_officer;
    beast::flat_buffer x_buffer;
    bool x_orderly = true;
};

}  // namespace rakit::cm
