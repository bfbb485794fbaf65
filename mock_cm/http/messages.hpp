#pragma once

// For this folder's .cpp files only, as tls.hpp.
#include "common/net/asio.hpp"

#include <boost/beast/http.hpp>

#include "common/net/http.hpp"

namespace rakit::cm {

using WireBody = boost::beast::http::vector_body<std::uint8_t>;
using WireRequest = boost::beast::http::request<WireBody>;
using WireResponse = boost::beast::http::response<WireBody>;

/// from_wire takes a request off the wire; fields that came more than once are joined by ", " (RFC 9110 section 5.2).
net::HttpRequest from_wire(WireRequest&& request, const Bytes& peer_certificate);

/// to_wire makes the answer to a request of this HTTP version; the answer to HEAD has no body.
WireResponse to_wire(net::HttpResponse&& response, unsigned version, bool keep_alive, bool head);

/// refusal is the answer to what never reaches the host, in wire.md's form.
net::HttpResponse refusal(const boost::system::error_code& problem);

/// broken_host is the answer when the host failed in a way that it must not.
net::HttpResponse broken_host();

/// broken_proxy is what stands before a host answers when it can't reach it: no JSON of ours.
net::HttpResponse broken_proxy(int status);

}  // namespace rakit::cm
