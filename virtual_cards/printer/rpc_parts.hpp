#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/bytes.hpp"
#include "virtual_cards/printer/esc.hpp"

namespace rakit::printer {

/// RpcError is thrown within the service and leaves it as an error object (JSON-RPC 2.0, section 5.1).
struct RpcError {
    int code;
    std::string message;
    std::string data;
};
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kNoDevice = -32001;
inline constexpr int kRefused = -32002;
inline constexpr int kNoSession = -32003;
inline constexpr int kOffline = -32004;
inline constexpr int kBusy = -32005;

/// word_of gives a reply of the ESC language in the service's words: a text as it is, `OK`, or what is wrong, which
/// there is a result too and no error object: `ERROR CDE`, `COVER OPEN`.
std::string word_of(const EscReply& reply);

/// settings_of reads `KEY=VALUE;KEY=VALUE` of PRINT.Set. Throws RpcError for what isn't one of GInputTray, GOutputTray,
/// GRejectBox with a value that it has.
std::vector<std::pair<std::string, std::string>> settings_of(const std::string& data);

/// base64_of reads `base64:...`; nothing if it isn't that.
std::optional<Bytes> base64_of(const std::string& text);

}  // namespace rakit::printer
