#include "certify/reader/control.hpp"

#include <nlohmann/json.hpp>

#include "virtual_cards/serve/control_server.hpp"

namespace rakit::certify {

using nlohmann::json;

Result<json> ask(const std::filesystem::path& socket, const json& request) {
    auto line = cards::ask_control(socket, request.dump());
    if (!line) return Unexpected{std::move(line).error()};
    auto answer = json::parse(*line, nullptr, false);
    if (!answer.is_object()) return fail(ErrorCode::io_failed, "the answer is no JSON", socket.string());
    if (answer.value("ok", false)) return answer;
    const auto error = answer.value("error", json::object());
    return fail(error_code_from_name(error.value("code", "")).value_or(ErrorCode::io_failed),
                error.value("message", "refused"), socket.string());
}

}  // namespace rakit::certify
