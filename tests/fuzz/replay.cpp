// Runs a fuzz target over every file of its corpus: what once was found stays found, without clang.
#include <cstdint>
#include <cstdio>
#include <filesystem>

#include "common/base/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    int count = 0;
    for (int i = 1; i < argc; ++i)
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            const auto content = rakit::read_file(entry.path());
            if (!content) {
                std::fprintf(stderr, "%s\n", rakit::to_string(content.error()).c_str());
                return 2;
            }
            LLVMFuzzerTestOneInput(content->data(), content->size());
            ++count;
        }
    std::printf("%d inputs\n", count);
    // An empty corpus would pass whatever the parser does.
    return count > 0 ? 0 : 1;
}
