#include "certify/reader/identify.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "certify/core/verdict.hpp"
#include "certify/reader/control.hpp"
#include "certify/reader/pcsc.hpp"
#include "certify/reader/presence.hpp"
#include "certify/reader/status_name.hpp"
#include "certify/reader/tester_card.hpp"
#include "common/base/error_code.hpp"
#include "reference/printer/esc_printer.hpp"

namespace rakit::certify {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// Only the project's own driver has this attribute: the path of the reader's control socket.
constexpr DWORD kShimSocket = SCARD_ATTR_VALUE(SCARD_CLASS_VENDOR_DEFINED, 0x5243);
constexpr const char* kShimVendor = "rakit";
constexpr const char* kVpcdName = "Virtual PCD";

json refused(ErrorCode code, const std::string& detail) {
    return {{"error", {{"code", name(code)}, {"detail", detail}}}};
}

json refused(LONG status, const std::string& reader) {
    const auto said = " (" + status_name(status) + ")";
    switch (status) {
        case SCARD_E_NO_SERVICE:
        case SCARD_E_SERVICE_STOPPED:
            return refused(ErrorCode::service_absent, "the PC/SC service does not answer" + said);
        case SCARD_E_UNKNOWN_READER:
        case SCARD_E_READER_UNAVAILABLE:
            return refused(ErrorCode::reader_absent, "'" + reader + "' is not there" + said);
        case SCARD_E_SHARING_VIOLATION:
            return refused(ErrorCode::reader_busy, "another program has '" + reader + "' for itself" + said);
        case SCARD_E_NO_SMARTCARD: return refused(ErrorCode::card_absent, "no card in '" + reader + "'" + said);
        case SCARD_W_UNRESPONSIVE_CARD:
        case SCARD_W_UNPOWERED_CARD:
            return refused(ErrorCode::card_mute, "the card in '" + reader + "' does not answer" + said);
        default: return refused(ErrorCode::io_failed, "'" + reader + "' can't be connected to" + said);
    }
}

std::string text_of(Bytes value) {
    while (!value.empty() && value.back() == 0) value.pop_back();
    const bool printable = std::all_of(value.begin(), value.end(), [](auto c) { return c >= 0x20 && c < 0x7F; });
    return printable ? std::string(as_text(value)) : to_hex(value);
}

json attributes_of(Handle& handle) {
    json attributes = json::object();
    const std::pair<const char*, DWORD> wanted[] = {{"vendor", SCARD_ATTR_VENDOR_NAME},
                                                    {"type", SCARD_ATTR_VENDOR_IFD_TYPE},
                                                    {"version", SCARD_ATTR_VENDOR_IFD_VERSION},
                                                    {"serial", SCARD_ATTR_VENDOR_IFD_SERIAL_NO},
                                                    {"channel", SCARD_ATTR_CHANNEL_ID}};
    for (const auto& [key, id] : wanted)
        if (Bytes value; handle.attribute(id, value) == SCARD_S_SUCCESS)
            attributes[key] = key == std::string("vendor") || key == std::string("type") || key == std::string("serial")
                                  ? text_of(value)
                                  : to_hex(value);
    return attributes;
}

/// command_counts asks every card's control socket how many commands it had.
std::map<fs::path, std::uint64_t> command_counts(const fs::path& folder) {
    std::map<fs::path, std::uint64_t> counts;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder, problem)) {
        if (!entry.is_socket()) continue;
        const auto stem = entry.path().stem().string();
        if (!std::all_of(stem.begin(), stem.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
        if (const auto answer = ask(entry.path(), {{"command", "counters"}}))
            counts[entry.path()] = answer->at("counters").at("commands");
    }
    return counts;
}

/// prove finds the card socket that counted exactly the commands that we sent.
fs::path prove(const fs::path& folder, Handle& handle, json& evidence) {
    constexpr int kProbes = 3;
    const auto before = command_counts(folder);
    for (int i = 0; i < kProbes; ++i) (void)select_own(handle);
    const auto after = command_counts(folder);
    for (const auto& [socket, count] : after) {
        const auto old = before.find(socket);
        if (old == before.end() || count != old->second + kProbes) continue;
        evidence.push_back("control socket " + socket.filename().string() + " counted our " + std::to_string(kProbes) +
                           " commands (" + std::to_string(old->second) + " to " + std::to_string(count) + ")");
        return socket;
    }
    return {};
}

/// shim_socket gives the reader's own control socket if the reader names one and it answers as such.
fs::path shim_socket(Handle& handle, const json& attributes, json& evidence) {
    Bytes path;
    if (attributes.value("vendor", "") != kShimVendor || handle.attribute(kShimSocket, path) != SCARD_S_SUCCESS)
        return {};
    const fs::path socket = text_of(path);
    if (!ask(socket, {{"command", "capabilities"}})) return {};
    evidence.push_back("vendor name '" + std::string(kShimVendor) +
                       "', and the control socket that the reader names answers");
    return socket;
}

/// is_station tells whether a printer's station is this reader: its contacts are closed, and the reader has its name.
bool is_station(const std::string& reader, const std::string& url, json& evidence) {
    if (url.empty()) return false;
    auto printer = reference::open_printer(url);
    if (!printer) return false;
    const auto model = (*printer)->model();
    if (!model || reader.find(*model) == std::string::npos) return false;
    const auto state = (*printer)->state();
    if (!state || (state->phase != "engaged" && state->phase != "encoding")) return false;
    evidence.push_back("the printer '" + *model + "' says that its contacts are closed, and the reader has its name");
    return true;
}

std::string kind_of(const json& found, const std::string& url, const std::string& reader, json& evidence) {
    if (is_station(reader, url, evidence)) return std::string(name(ReaderKind::station));
    const bool virtual_card = found.contains("card_socket");
    if (virtual_card && found.contains("reader_socket")) return std::string(name(ReaderKind::shim));
    if (virtual_card) return std::string(name(ReaderKind::vpcd));
    evidence.push_back("no control socket knows of our commands");
    // Nobody moves the card for us then, but it is still no reader of flesh and plastic.
    if (found.contains("reader_socket")) return std::string(name(ReaderKind::shim));
    if (reader.find(kVpcdName) != std::string::npos) {
        evidence.push_back("the name is vsmartcard's own");
        return std::string(name(ReaderKind::vpcd));
    }
    return std::string(name(ReaderKind::real));
}

std::optional<std::string> full_name(const std::vector<std::string>& readers, const std::string& wanted) {
    if (std::find(readers.begin(), readers.end(), wanted) != readers.end()) return wanted;
    std::vector<std::string> matching;
    for (const auto& reader : readers)
        if (reader.find(wanted) != std::string::npos) matching.push_back(reader);
    return matching.size() == 1 ? std::optional(matching.front()) : std::nullopt;
}

std::string list(const std::vector<std::string>& readers) {
    if (readers.empty()) return "there is no reader";
    std::string text = "the readers are:";
    for (const auto& reader : readers) text += " '" + reader + "'";
    return text;
}

/// engage has a printer close its contacts on a card first: else its station is an empty reader.
void engage(const std::string& reader, const std::string& url) {
    if (url.empty()) return;
    auto printer = reference::open_printer(url);
    if (!printer) return;
    const auto model = (*printer)->model();
    const auto state = (*printer)->state();
    if (model && state && reader.find(*model) != std::string::npos && state->phase != "engaged")
        (void)(*printer)->to_station();
}

}  // namespace

json identify(const std::string& wanted, const Surroundings& around, CallLog& log) {
    Context context(log);
    if (context.status() != SCARD_S_SUCCESS) return refused(context.status(), wanted);
    const auto readers = context.readers();
    const auto reader = full_name(readers, wanted);
    if (!reader) return refused(ErrorCode::reader_absent, "no one reader is called '" + wanted + "'; " + list(readers));
    engage(*reader, around.printer);
    // A card that was just put in is not seen at once.
    constexpr std::chrono::milliseconds kSeen{1500};
    await(context, *reader, SCARD_STATE_PRESENT, kSeen);
    Handle handle(context);
    if (const LONG status = handle.connect(*reader); status != SCARD_S_SUCCESS) return refused(status, *reader);
    json evidence = json::array();
    json found{{"reader", *reader}, {"attributes", attributes_of(handle)}};
    Bytes atr;
    handle.atr(atr);
    found["atr"] = to_hex(atr);
    found["protocol"] = handle.protocol() == SCARD_PROTOCOL_T0 ? "T=0" : "T=1";
    if (!around.control.empty())
        if (const auto socket = prove(around.control, handle, evidence); !socket.empty()) {
            found["card_socket"] = socket.string();
            if (const auto more = ask(socket, {{"command", "capabilities"}}))
                found["profile"] = more->at("capabilities").at("profile");
        }
    if (const auto socket = shim_socket(handle, found["attributes"], evidence); !socket.empty())
        found["reader_socket"] = socket.string();
    found["kind"] = kind_of(found, around.printer, *reader, evidence);
    found["evidence"] = std::move(evidence);
    found["card"] = select_own(handle) ? "own" : select_handler(handle) ? "handler" : "other";
    return found;
}

}  // namespace rakit::certify
