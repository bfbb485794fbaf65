#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>

#include "common/base/file.hpp"
#include "tests/unit/session/fakes.hpp"

namespace rakit::reference {

inline Error error(ErrorCode code) { return {code, "made to fail", {}, {}, {}, {}}; }

/// DriverTest runs the driver between fakes; no PIN of theirs may be seen anywhere afterwards.
class DriverTest : public testing::Test {
protected:
    DriverTest() : folder(std::filesystem::temp_directory_path() / ("rakit-driver-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(folder);
    }
    ~DriverTest() override {
        check_no_secret();
        std::filesystem::remove_all(folder);
    }

    Result<UpdateOutcome> run(const UpdateRequest& request = samples::request(),
                              const std::optional<Resumption>& resumption = {}) {
        SeededRng rng(++runs, "driver test");
        DriverPorts ports{card, cm, officer, dialog, clock, rng, trace, folder};
        ports.approval_wait = approval_wait;
        Driver driver(std::move(ports), {request.issue_first, "cmc", write_real_card});
        auto outcome = driver.run(request, resumption);
        if (!outcome) written += to_string(outcome.error());
        return outcome;
    }
    Result<UpdateOutcome> resume(const std::string& serial = {}) { return run({}, Resumption{false, serial}); }

    bool open_order() const { return std::filesystem::exists(folder / "0A1B2C.json"); }

    /// The canary: no PIN of these tests in trace, journal, log or error.
    void check_no_secret() {
        for (const auto& event : trace.events()) written += event.text + event.detail + "\n";
        for (const auto& line : log) written += line + "\n";
        if (std::filesystem::exists(folder))
            for (const auto& file : std::filesystem::directory_iterator(folder))
                written += std::string(as_text(*read_file(file.path())));
        for (const std::string secret : {"111111", "222222", "87654321", "officer-secret"}) {
            EXPECT_EQ(written.find(secret), std::string::npos);
            EXPECT_EQ(written.find(to_hex(as_bytes(secret))), std::string::npos);
        }
    }

    bool write_real_card = false;
    std::chrono::seconds approval_wait{0};
    std::filesystem::path folder;
    fakes::Log log;
    fakes::FakeCard card{log};
    fakes::FakeCm cm{log};
    fakes::FakeOfficer officer;
    fakes::FakeDialog dialog{log};
    VirtualClock clock{*from_iso8601("2025-01-01T00:00:00Z")};
    RecordingTrace trace;
    std::string written;
    std::uint64_t runs = 0;
};

}  // namespace rakit::reference
