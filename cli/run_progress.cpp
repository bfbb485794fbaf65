#include "cli/run_progress.hpp"

#include <cstdio>
#include <string>

namespace rakit::cli {
namespace {

constexpr const char* kClearLine = "\r\033[K";

}  // namespace

void Progress::show(const scenarios::Verdict& verdict) {
    using scenarios::Status;
    ++x_done;
    const bool failed = verdict.status == Status::failed;
    x_failed += failed ? 1 : 0;
    if (x_terminal) std::printf("%s", kClearLine);
    if (failed)
        std::printf("%s", scenarios::brief(verdict).c_str());
    else if (verdict.status == Status::skipped && !x_terminal)
        std::printf("skipped %s: %s\n", verdict.id.c_str(), verdict.problem.c_str());
    else if (!x_terminal)
        std::printf("%-7s %s (%lld ms)\n", std::string(name(verdict.status)).c_str(), verdict.id.c_str(),
                    static_cast<long long>(verdict.duration.count()));
    if (x_terminal) bar();
    std::fflush(stdout);
}

void Progress::bar() const {
    constexpr std::size_t kWidth = 30;
    const std::size_t filled = kWidth * x_done / x_total;
    std::printf("[%s%s] %zu/%zu", std::string(filled, '#').c_str(), std::string(kWidth - filled, ' ').c_str(), x_done,
                x_total);
    if (x_failed > 0) std::printf(", %zu failed", x_failed);
}

void Progress::finish() {
    if (x_terminal) std::printf("%s", kClearLine);
    std::fflush(stdout);
}

}  // namespace rakit::cli
