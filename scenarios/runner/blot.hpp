#pragma once

#include "common/base/bytes.hpp"
#include "common/net/http.hpp"

namespace rakit::scenarios {

/// blotted_command gives a command APDU with asterisks for what may be secret: the data of VERIFY, CHANGE REFERENCE
/// DATA, RESET RETRY COUNTER (ISO/IEC 7816-4 section 11.5) and of a command chained to them.
Bytes blotted_command(ByteView command);

/// blotted_answer gives a response's octets; those of GET CHALLENGE are no secret, so only deciphering is blotted.
Bytes blotted_answer(ByteView command, ByteView answer);

/// http_text writes request and answer as HTTP/1.1 would carry them; a held OP PIN (wire.md, Prepare) is asterisks.
Bytes http_text(const net::HttpRequest& request);
Bytes http_text(const net::HttpResponse& response);

}  // namespace rakit::scenarios
