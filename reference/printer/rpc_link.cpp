#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/document/json_text.hpp"
#include "reference/printer/esc_link.hpp"
#include "reference/printer/tcp_stream.hpp"

namespace rakit::reference {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestAnswer = 1U << 20U;
constexpr std::chrono::seconds kConnectBound{5};
// The service's error codes (JSON-RPC 2.0 leaves -32000 to -32099 to servers).
constexpr int kRefused = -32002;
constexpr int kOffline = -32004;
constexpr int kBusy = -32005;
constexpr const char* kSession = "rakit";

/// Word is how the service says a command's NACK: as a result.
struct Word {
    std::string_view word;
    char code;
};
constexpr std::array kWords{
    Word{"ERROR CDE", '1'},    Word{"ERROR PARAMETRES", '2'}, Word{"ERROR TIME OUT", 'T'}, Word{"COVER OPEN", 'C'},
    Word{"FEEDER EMPTY", 'F'}, Word{"ERROR RIBBON", 'R'},     Word{"HOPPER FULL", 'T'},    Word{"CARD JAM", 'T'},
    Word{"ERROR HEAD", 'T'},   Word{"ERROR HOPPER", 'T'},     Word{"ERROR", 'T'}};

/// answer_of reads a result. The words don't tell all; whoever wants more asks for the last answer.
EscAnswer answer_of(std::string result) {
    if (result == "OK") return {};
    const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const Word& one) { return one.word == result; });
    if (word != kWords.end()) return {EscAnswer::Kind::nack, word->code, {}};
    return {EscAnswer::Kind::text, 0, std::move(result)};
}

class RpcLink final : public EscLink {
public:
    RpcLink(PrinterUrl url, std::chrono::milliseconds bound) : x_url(std::move(url)), x_bound(bound) {}

    Result<EscAnswer> say(const std::string& command) override {
        if (auto known = find_device(); !known) return Unexpected{std::move(known).error()};
        return call("CMD.SendCommand",
                    {{"device", x_url.device}, {"command", command}, {"timeout", std::to_string(x_bound.count())}});
    }

    Result<EscAnswer> print(const FaceDots& dots) override {
        if (auto known = find_device(); !known) return Unexpected{std::move(known).error()};
        const json session{{"session", kSession}};
        const auto with = [&](json more) {
            more.update(session);
            return more;
        };
        const std::pair<const char*, json> steps[] = {
            {"PRINT.Begin", with({{"device", x_url.device}})},
            {"PRINT.Set", with({{"data", "GInputTray=PRINTER;GOutputTray=PRINTER;GRejectBox=PRINTER"}})},
            {"PRINT.SetBitmap",
             with({{"face", "front"}, {"panel", "resin"}, {"data", "base64:" + to_base64(to_png(dots))}})},
            {"PRINT.Print", session}};
        Result<EscAnswer> answer = EscAnswer{};
        for (const auto& [method, params] : steps) {
            answer = call(method, params);
            if (!answer || answer->kind == EscAnswer::Kind::nack) break;
        }
        auto end = call("PRINT.End", session);
        return answer && answer->kind != EscAnswer::Kind::nack ? end : answer;
    }

private:
    std::string where() const { return x_url.host + ":" + x_url.port; }

    Result<void> find_device() {
        if (!x_url.device.empty()) return {};
        auto answer = call("SUPERVISION.List", {{"device", ""}, {"level", "0"}});
        if (!answer) return Unexpected{std::move(answer).error()};
        if (answer->text.empty() || answer->text.find(';') != std::string::npos)
            return fail(ErrorCode::usage, "the service has not just one printer: '" + answer->text + "'", where(),
                        "name one: jsonrpc://HOST:PORT/DEVICE");
        x_url.device = answer->text;
        return {};
    }

    Result<EscAnswer> call(const std::string& method, const json& params) {
        const int id = ++x_id;
        const auto text = json{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}, {"id", id}}.dump();
        auto answer = exchange(text);
        if (!answer) return Unexpected{std::move(answer).error()};
        const auto parsed = document::parse_json(*answer);
        if (!parsed || !parsed->is_object() || parsed->value("jsonrpc", json()) != "2.0" ||
            parsed->value("id", json()) != id)
            return fail(ErrorCode::printer_answer_invalid, "not an answer to " + method, where());
        const json& value = *parsed;
        if (value.contains("error")) return refusal(value["error"]);
        if (!value.contains("result") || !value["result"].is_string())
            return fail(ErrorCode::printer_answer_invalid, "neither result nor error to " + method, where());
        return answer_of(value["result"]);
    }

    Result<EscAnswer> refusal(const json& error) const {
        const json code = error.is_object() ? error.value("code", json()) : json();
        const auto part = [&](const char* name) {
            return error.is_object() && error.contains(name) && error[name].is_string() ? error[name].get<std::string>()
                                                                                        : std::string();
        };
        if (code == kOffline) return fail(ErrorCode::printer_offline, "the printer has no power", where());
        if (code == kBusy) return fail(ErrorCode::printer_busy, "the printer has another job", where());
        if (code != kRefused) return fail(ErrorCode::printer_refused, part("message") + " " + part("data"), where());
        return EscAnswer{EscAnswer::Kind::nack, 'T', part("message")};
    }

    Result<std::string> exchange(const std::string& text) {
        auto stream = TcpStream::connect(x_url.host, x_url.port, kConnectBound);
        if (!stream) return Unexpected{std::move(stream).error()};
        if (auto sent = stream->send(as_bytes(text)); !sent) return Unexpected{std::move(sent).error()};
        stream->end_writing();
        std::string answer;
        for (;;) {
            auto octets = stream->receive(x_bound);
            if (!octets) return Unexpected{std::move(octets).error()};
            if (octets->empty()) break;
            answer += as_text(*octets);
            if (answer.size() > kLongestAnswer) return fail(ErrorCode::printer_answer_invalid, "endless", where());
        }
        if (answer.empty()) return fail(ErrorCode::printer_offline, "the connection broke", where());
        return answer;
    }

    PrinterUrl x_url;
    std::chrono::milliseconds x_bound;
    int x_id = 0;
};

}  // namespace

std::unique_ptr<EscLink> rpc_link(PrinterUrl url, std::chrono::milliseconds bound) {
    return std::make_unique<RpcLink>(std::move(url), bound);
}

}  // namespace rakit::reference
