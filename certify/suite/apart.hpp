#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "certify/core/verdict.hpp"
#include "certify/reader/call_log.hpp"
#include "common/base/result.hpp"

namespace rakit::certify {

/// Apart is what a piece of work in a process of its own left.
struct Apart {
    nlohmann::json facts = nlohmann::json::object();
    nlohmann::json deviations = nlohmann::json::array();
    nlohmann::json trace = nlohmann::json::array();
    std::size_t calls = 0;
    std::chrono::milliseconds took{0};
    Ended ended;
};

/// Facts is where work leaves what it measured.
class Facts {
public:
    template <class T>
    void put(const std::string& name, T value) {
        x_values[name] = value;
    }
    void put(const std::string& name, const char* value) { x_values[name] = value; }
    /// not_applicable says why the case can't be judged here.
    void not_applicable(const std::string& reason) { x_values["not_applicable"] = reason; }
    /// deviation notes something unusual that no rule forbids.
    void deviation(const std::string& text) { x_deviations.push_back(text); }
    bool has(const std::string& name) const { return x_values.contains(name); }
    const nlohmann::json& values() const { return x_values; }
    const nlohmann::json& deviations() const { return x_deviations; }

private:
    nlohmann::json x_values = nlohmann::json::object();
    nlohmann::json x_deviations = nlohmann::json::array();
};

/// run_apart does `work` in a child process that is killed, with all that it started, after `limit`: a reader that
/// hangs a call or crashes a client fails one case and no more, and each case is a fresh client of the service. The
/// caller has never spoken PC/SC and has one thread. Failure: io_failed.
Result<Apart> run_apart(const std::function<void(Facts&, CallLog&)>& work, std::chrono::milliseconds limit);

}  // namespace rakit::certify
