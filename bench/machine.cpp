#include "bench/machine.hpp"

#include <openssl/crypto.h>
#include <sys/utsname.h>
#include <time.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

namespace rakit::bench {
namespace {

std::string first_line(const char* path) {
    std::string line;
    std::getline(std::ifstream(path) >> std::ws, line);
    return line;
}

std::string processor() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    return "unknown";
}

}  // namespace

nlohmann::ordered_json machine() {
    utsname system{};
    ::uname(&system);
    return {{"processor", processor()},
            {"cores", std::thread::hardware_concurrency()},
            {"load", first_line("/proc/loadavg")},
            {"kernel", system.release},
            {"compiler", __VERSION__},
            {"openssl", OpenSSL_version(OPENSSL_VERSION)}};
}

double cpu_ms() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) * 1e-6;
}

}  // namespace rakit::bench
