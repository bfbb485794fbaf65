#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

#include "common/base/bytes.hpp"

namespace rakit::certify {

/// CallLog is a case's trace of SCard* calls, written to a descriptor a JSON line each, so that it outlives a case that
/// hangs or crashes. Of many calls it keeps the first and the last, and each that is marked; it says how many there
/// were. Safe from any thread.
class CallLog {
public:
    explicit CallLog(int to);
    CallLog(const CallLog&) = delete;
    CallLog& operator=(const CallLog&) = delete;

    /// call notes a call that began at `from`. Secrets (the data of VERIFY and its kin) never get in.
    void call(const char* function, std::int64_t status, std::chrono::steady_clock::time_point from, ByteView sent,
              ByteView received, const std::string& more = {});
    /// remark notes something about the calls around it: "length 13: the last octet is another one".
    void remark(const std::string& text);
    /// finish writes the last calls and the count.
    void finish();

private:
    void put(std::string line, bool always);

    int x_to;
    std::chrono::steady_clock::time_point x_begin;
    std::mutex x_mutex;
    std::size_t x_calls = 0;
    std::size_t x_written = 0;
    std::size_t x_remarks = 0;
    std::deque<std::string> x_last;
};

}  // namespace rakit::certify
