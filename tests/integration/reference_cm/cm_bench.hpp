#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "mock_cm/http/running_host.hpp"
#include "reference/officer/pkcs12_officer.hpp"
#include "tests/support/host_exchange.hpp"

namespace rakit::test {

/// card_key gives the same key for the same label.
inline ossl::PKey card_key(ossl::KeyType type, const char* label) {
    SeededRng rng(3, label);
    return *ossl::generate_key(type, rng);
}

/// CmBench is a CM host with an officer who may do an update.
class CmBench {
public:
    void start(cm::Deviations deviations = {}) {
        cm::RunningOptions options;
        options.config.deviations = deviations;
        options.state = std::filesystem::path(::testing::TempDir()) / ("rakit-update-" + std::to_string(getpid()));
        options.keep = false;
        host.reset();
        auto started = cm::RunningHost::start(std::move(options), clock, rng);
        ASSERT_TRUE(started) << to_string(started.error());
        host = *std::move(started);
        auto token =
            cm::officer_token(host->hierarchy(), "Olivia Officer", "1234", *from_iso8601("2020-01-01T00:00:00Z"),
                              *from_iso8601("2050-01-01T00:00:00Z"), rng);
        ASSERT_TRUE(token) << to_string(token.error());
        officer = *reference::Pkcs12Officer::from_bytes(token->pkcs12);
        ASSERT_TRUE(officer->unlock(Pin("1234")));
        anchors = {host->hierarchy().authority("root").certificate};
    }

    SystemClock clock;
    SystemRng rng;
    std::unique_ptr<cm::RunningHost> host;
    std::unique_ptr<reference::Pkcs12Officer> officer;
    std::vector<x509::Certificate> anchors;
};

}  // namespace rakit::test
