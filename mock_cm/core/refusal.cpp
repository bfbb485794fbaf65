#include "mock_cm/core/refusal.hpp"

#include <nlohmann/json.hpp>

namespace rakit::cm {
namespace {

net::HttpResponse json_answer(int status, const std::string& text) {
    return {status, {{"content-type", "application/json"}, {"cache-control", "no-store"}}, to_bytes(text)};
}

int http_status(ErrorCode code) {
    if (code >= ErrorCode::officer_unknown && code <= ErrorCode::domain_not_visible) return 403;
    if (code == ErrorCode::procedure_unknown) return 404;
    if (code == ErrorCode::cm_maintenance) return 503;
    if (code == ErrorCode::cm_internal) return 500;
    return 422;
}

}  // namespace

Unexpected refuse(ErrorCode code, std::string cause, std::string remedy, std::string line) {
    return {Error{code, std::move(cause), {}, {}, std::move(remedy), std::move(line)}};
}

Error maintenance() { return refuse(ErrorCode::cm_maintenance, "the CM is in maintenance", "Try again later.").error; }

Error internal_error(const Error& error) {
    if (error.code <= ErrorCode::cm_maintenance) return error;
    return Error{ErrorCode::cm_internal,
                 "the CM failed: " + error.detail,
                 {},
                 {},
                 "Try again; if it stays, see the CM's log.",
                 {}};
}

int wire_number(ErrorCode code) {
    const auto& row = info(code);
    if (row.cmc_fail_info) return *row.cmc_fail_info;
    return row.number.value_or(*info(ErrorCode::cm_internal).cmc_fail_info);
}

std::string error_text(const Error& error) {
    nlohmann::ordered_json body;
    body["code"] = name(error.code);
    if (const auto number = info(error.code).number) body["number"] = *number;
    body["message"] = error.detail;
    body["remedy"] = error.remedy;
    if (!error.line.empty()) body["line"] = error.line;
    // What a peer sent may stand in a message: octets that are no UTF-8 are replaced, not thrown at.
    return nlohmann::ordered_json{{"version", 1}, {"error", std::move(body)}}.dump(
        -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

net::HttpResponse error_response(const Error& error) {
    const Error shown = internal_error(error);
    return error_response(shown, http_status(shown.code));
}

net::HttpResponse error_response(const Error& error, int status) { return json_answer(status, error_text(error)); }

net::HttpResponse json_response(const std::string& text) { return json_answer(200, text); }

}  // namespace rakit::cm
