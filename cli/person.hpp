#pragma once

#include <filesystem>
#include <memory>
#include <thread>

#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"

namespace rakit::cli {

/// PersonServer lets workers, who have no terminal, speak with the person at ours (docs/formats/iut.md, Manual): what
/// comes over the socket is shown, and the next line of standard input is the answer. One at a time.
class PersonServer {
public:
    /// start listens at `socket`. Failure: io_failed.
    static Result<std::unique_ptr<PersonServer>> start(const std::filesystem::path& socket);
    PersonServer(const PersonServer&) = delete;
    PersonServer& operator=(const PersonServer&) = delete;
    ~PersonServer();

private:
    PersonServer(Descriptor listener, Descriptor stop_read, Descriptor stop_write);
    void serve();
    void talk(int link);
    /// await tells whether `fd` can be read; false once the server is to end.
    bool await(int fd) const;

    Descriptor x_listener, x_stop_read, x_stop_write;
    std::string x_input;  ///< of standard input, not yet used
    std::thread x_thread;
};

}  // namespace rakit::cli
