#include "mock_cm/http/connection.hpp"

#include <vector>

namespace rakit::cm {
namespace {

namespace http = boost::beast::http;
constexpr std::size_t kLingerOctets = 4U << 20U;

}  // namespace

bool is_http_problem(const beast::error_code& problem) {
    return problem.category() == http::make_error_code(http::error::bad_method).category() &&
           problem != http::error::end_of_stream && problem != http::error::partial_message;
}

asio::awaitable<void> drop_rest(beast::tcp_stream& stream) {
    std::vector<char> scratch(16U << 10U);
    beast::error_code problem;
    stream.socket().shutdown(asio::ip::tcp::socket::shutdown_send, problem);
    stream.expires_after(kLinger);
    std::size_t total = 0;
    while (!problem && total < kLingerOctets) {
        const auto buffer = asio::buffer(scratch);
        total += co_await stream.async_read_some(buffer, into(problem));
    }
}

net::HttpResponse ask(Host& host, const net::HttpRequest& request) {
    try {
        return host.handle(request);
    } catch (...) {
        // A host must not throw; if one does, this request is lost and nothing else.
        return broken_host();
    }
}

}  // namespace rakit::cm
