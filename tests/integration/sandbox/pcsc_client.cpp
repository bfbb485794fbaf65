#include "tests/integration/sandbox/pcsc_client.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace rakit::cards {

int as_client(const Sandbox& sandbox, const std::function<int()>& use) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("PCSCLITE_CSOCK_NAME", sandbox.socket().c_str(), 1);
        ::_exit(use());
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 255;
    return WEXITSTATUS(status);
}

Ran run(const std::string& command) {
    Ran ran;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return ran;
    char chunk[4096];
    for (std::size_t n = 0; (n = std::fread(chunk, 1, sizeof chunk, pipe)) > 0;) ran.output.append(chunk, n);
    const int status = ::pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ran;
}

}  // namespace rakit::cards
