#include "bench/sampler.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <ucontext.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

namespace rakit::bench {
namespace {

// A signal handler can be given nothing but what has static storage.
constexpr std::size_t kMost = 1U << 20U;
std::array<std::uintptr_t, kMost> samples;
std::atomic<std::size_t> taken{0};

void note(int, siginfo_t*, void* context) {
    const auto at = taken.fetch_add(1);
    if (at < kMost)
        samples[at] = static_cast<std::uintptr_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
}

struct Mapping {
    std::uintptr_t begin = 0, end = 0;
    std::string owner;
};

std::string owner_of(const std::string& file, const std::string& own) {
    if (file == own) return "own";
    for (const auto* known : {"libcrypto", "libssl", "libsqlite3"})
        if (file.find(known) != std::string::npos) return known;
    for (const auto* basic : {"/libc.so", "/libc-", "libstdc++", "libgcc", "/libm.so", "ld-linux", "[vdso]"})
        if (file.find(basic) != std::string::npos) return "libc";
    return "other";
}

std::vector<Mapping> mappings() {
    const char* own = ::realpath("/proc/self/exe", nullptr);
    std::vector<Mapping> list;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::string range, rights, offset, device, inode, file;
        words >> range >> rights >> offset >> device >> inode >> file;
        if (rights.find('x') == std::string::npos) continue;
        const auto dash = range.find('-');
        list.push_back({std::stoul(range.substr(0, dash), nullptr, 16), std::stoul(range.substr(dash + 1), nullptr, 16),
                        owner_of(file, own == nullptr ? "" : own)});
    }
    std::free(const_cast<char*>(own));
    return list;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

struct Spent {
    double user = 0, system = 0;
};
Spent spent;
Spent begun;

Spent now() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return {seconds(usage.ru_utime), seconds(usage.ru_stime)};
}

void set_timer(long microseconds) {
    const itimerval timer{{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

Sampler::Sampler() {
    struct sigaction action {};
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(SIGPROF, &action, nullptr);
    taken = 0;
    spent = {};
}

Sampler::~Sampler() {
    stop();
    ::signal(SIGPROF, SIG_IGN);
}

void Sampler::start() {
    begun = now();
    set_timer(1000);
}

void Sampler::stop() {
    if (begun.user < 0) return;
    set_timer(0);
    const auto end = now();
    spent.user += end.user - begun.user;
    spent.system += end.system - begun.system;
    begun.user = -1;
}

std::map<std::string, double> Sampler::shares() const {
    const std::size_t count = std::min(taken.load(), kMost);
    if (count == 0 || spent.user + spent.system <= 0) return {};
    std::map<std::string, double> result;
    const auto files = mappings();
    const double system = spent.system / (spent.user + spent.system);
    for (std::size_t i = 0; i < count; ++i) {
        std::string owner = "other";
        for (const auto& one : files)
            if (samples[i] >= one.begin && samples[i] < one.end) owner = one.owner;
        result[owner] += 1 / static_cast<double>(count);
    }
    // What the kernel did is sampled at the system call, which stands in libc.
    result["libc"] = std::max(0.0, result["libc"] - system);
    result["kernel"] = system;
    return result;
}

}  // namespace rakit::bench
