// The scripts that a reader of docs/formats/cm-rest.md could have written, against a running host: each judge is a
// foreign tool, and each script says what it found.
#include <gmock/gmock.h>

#include "common/base/file.hpp"
#include "mock_cm/http/running_host.hpp"
#include "tests/integration/cm_http/shell.hpp"

namespace rakit::cm {
namespace {

class CmTools : public testing::Test {
protected:
    void SetUp() override {
        RunningOptions options;
        options.state = x_folder / "state";
        options.control_port = 0;
        auto host = RunningHost::start(std::move(options), x_clock, x_rng);
        ASSERT_TRUE(host) << to_string(host.error());
        x_host = *std::move(host);
        ASSERT_TRUE(write_file_atomically(x_folder / "ready.json", as_bytes(x_host->ready_document())));
        std::filesystem::create_directory(x_folder / "work");
    }
    Ran script(const std::string& name) const {
        return run(std::string(RAKIT_SCRIPTS) + "/" + name + " " + (x_folder / "ready.json").string() + " " +
                   (x_folder / "work").string());
    }
    TemporaryFolder x_folder;
    SystemClock x_clock;
    SystemRng x_rng;
    std::unique_ptr<RunningHost> x_host;
};

TEST_F(CmTools, CurlAndOpensslDoTheWholeRestDialect) {
    const auto ran = script("rest.sh");
    EXPECT_EQ(ran.status, 0) << ran.output;
    EXPECT_THAT(ran.output, testing::HasSubstr("the document is valid, "));
}

TEST_F(CmTools, ForeignToolsJudgeEstCrlsAndOcsp) {
    const auto ran = script("pki.sh");
    EXPECT_EQ(ran.status, 0) << ran.output;
}

TEST_F(CmTools, TransportFaultsAreSeenByCurl) {
    const auto ran = script("faults.sh");
    EXPECT_EQ(ran.status, 0) << ran.output;
}

}  // namespace
}  // namespace rakit::cm
