#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"

namespace rakit::scenarios {

/// ChildProcess is a running program with pipes, killed with its process group at the end.
class ChildProcess {
public:
    /// start runs `arguments` (found by PATH); its standard error goes to `log`, or stays ours if that is empty.
    /// Failure: io_failed.
    static Result<ChildProcess> start(const std::vector<std::string>& arguments, const std::filesystem::path& log = {});
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess() { end(); }

    int to() const { return x_to.get(); }      ///< its standard input
    int from() const { return x_from.get(); }  ///< its standard output
    void close_input() { x_to.reset(); }
    /// end kills the process group if it still runs, waits, and tells how it ended: "exit status 1", "signal 9".
    std::string end();
    /// wait lets it end by itself and tells how it ended.
    std::string wait();

private:
    ChildProcess(pid_t id, Descriptor to, Descriptor from) : x_id(id), x_to(std::move(to)), x_from(std::move(from)) {}
    pid_t x_id = -1;
    Descriptor x_to;
    Descriptor x_from;
};

/// LineReader cuts what arrives at a descriptor into lines.
class LineReader {
public:
    /// read takes what is there (blocking if nothing is) and hands out each whole line; false at the end.
    bool read(int fd, const std::function<void(const std::string&)>& line);
    /// rest is what came after the last line break.
    const std::string& rest() const { return x_rest; }

private:
    std::string x_rest;
};

/// write_all writes everything, whatever the pipe takes at once. Failure: io_failed.
Result<void> write_all(int fd, std::string_view text);

}  // namespace rakit::scenarios
