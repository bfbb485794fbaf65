#include "certify/reader/call_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "certify/reader/status_name.hpp"
#include "common/base/descriptor.hpp"

namespace rakit::certify {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kFirst = 24, kLast = 8, kRemarks = 12, kShown = 40;

/// shown gives octets in hexadecimal, long ones cut, the data of commands with PINs left out.
std::string shown(ByteView octets, bool secret) {
    if (secret) return fmt::format("{} … <{} octets of a PIN command>", to_hex(octets.first(4)), octets.size());
    if (octets.size() <= kShown) return to_hex(octets);
    return fmt::format("{}… {} octets", to_hex(octets.first(kShown / 2)), octets.size());
}

bool holds_pin(ByteView command) {
    constexpr std::uint8_t kVerify = 0x20, kChange = 0x24, kUnblock = 0x2C;
    return command.size() > 5 && (command[1] == kVerify || command[1] == kChange || command[1] == kUnblock);
}

}  // namespace

CallLog::CallLog(int to) : x_to(to), x_begin(Clock::now()) {}

void CallLog::call(const char* function, std::int64_t status, Clock::time_point from, ByteView sent, ByteView received,
                   const std::string& more) {
    const auto now = Clock::now();
    const std::lock_guard lock(x_mutex);
    ++x_calls;
    nlohmann::json line{{"at_us", duration_cast<microseconds>(from - x_begin).count()},
                        {"took_us", duration_cast<microseconds>(now - from).count()},
                        {"call", function},
                        {"status", status_name(status)}};
    if (!sent.empty()) line["sent"] = shown(sent, holds_pin(sent));
    if (!received.empty()) line["received"] = shown(received, false);
    if (!more.empty()) line["more"] = more;
    put(line.dump(), false);
}

void CallLog::remark(const std::string& text) {
    const std::lock_guard lock(x_mutex);
    if (++x_remarks > kRemarks) return;
    const auto at = duration_cast<microseconds>(Clock::now() - x_begin).count();
    put(nlohmann::json{{"at_us", at}, {"remark", text}}.dump(), true);
}

void CallLog::put(std::string line, bool always) {
    if (always) {
        // What led to a remark goes before it.
        for (const auto& one : x_last) write_all(x_to, as_bytes("{\"trace\":" + one + "}\n"));
        x_last.clear();
    }
    if (always || x_written < kFirst) {
        ++x_written;
        write_all(x_to, as_bytes("{\"trace\":" + line + "}\n"));
        return;
    }
    x_last.push_back(std::move(line));
    if (x_last.size() > kLast) x_last.pop_front();
}

void CallLog::finish() {
    const std::lock_guard lock(x_mutex);
    for (const auto& one : x_last) write_all(x_to, as_bytes("{\"trace\":" + one + "}\n"));
    x_last.clear();
    write_all(x_to, as_bytes(fmt::format("{{\"calls\":{}}}\n", x_calls)));
}

}  // namespace rakit::certify
