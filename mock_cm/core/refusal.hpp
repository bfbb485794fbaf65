#pragma once

#include <string>

#include "common/base/result.hpp"
#include "common/net/http.hpp"

namespace rakit::cm {

/// refuse makes a refusal: what was wrong (the cause), what to do (the remedy), and the key line, if one is to blame.
Unexpected refuse(ErrorCode code, std::string cause, std::string remedy, std::string line = {});

/// maintenance refuses everything while Deviations::maintenance is set.
Error maintenance();

/// internal_error turns what is nobody's fault outside - a database, OpenSSL - into cm_internal; refusals stay.
Error internal_error(const Error& error);

/// wire_number is what CMC carries for a code: CMCFailInfo where one fits, else the code's number (docs/errors.md).
int wire_number(ErrorCode code);

/// error_text is `{"version": 1, "error": ERROR}` of docs/formats/wire.md.
std::string error_text(const Error& error);

/// error_response is a refusal outside of CMC, with the status that docs/formats/wire.md gives the code; what is no
/// refusal becomes cm_internal.
net::HttpResponse error_response(const Error& error);

/// error_response with a status of its own, the error as it is.
net::HttpResponse error_response(const Error& error, int status);

/// json_response is a 200 with a JSON text.
net::HttpResponse json_response(const std::string& text);

}  // namespace rakit::cm
