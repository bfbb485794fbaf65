#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/config.hpp"
#include "mock_cm/core/store.hpp"
#include "mock_cm/http/server.hpp"

namespace rakit::cm {

/// RunningOptions are what a CM host is made from.
struct RunningOptions {
    Config config = default_config();
    std::filesystem::path state;  ///< directory, made with mode 0700 if it isn't there; of one host at a time
    bool keep = true;  ///< false: the database lives in memory, and only the files for clients are in `state`
    ServerOptions server;
    std::uint16_t plain_port = 0;                 ///< of the open routes without TLS, on 127.0.0.1; 0: a free one
    std::optional<std::uint16_t> control_port{};  ///< of docs/formats/cm-control.md, on 127.0.0.1; nothing: none
};

/// SampleOfficer is a software token for the first officer of the configuration who may do an update; kept
/// from start to start while it is good for half a year. Both files are readable by their owner only.
struct SampleOfficer {
    std::string name;
    std::filesystem::path pkcs12;
    std::filesystem::path password_file;  ///< one line
};

/// state_database is where a state directory keeps its database.
std::filesystem::path state_database(const std::filesystem::path& state);

/// RunningHost is a whole CM host in this process: hierarchy, database, policy, all dialects, the HTTPS server, the
/// plain one for what is open to all, the control listener. Its CAs are for tests.
class RunningHost {
public:
    /// start returns once the host listens. The clock and the random numbers must outlive it, and are used by several
    /// threads. Failures: those of SqliteStore::open and Server::start; file_unwritable; io_failed if another
    /// host uses the state directory.
    static Result<std::unique_ptr<RunningHost>> start(RunningOptions options, Clock& clock, Rng& rng);
    RunningHost(const RunningHost&) = delete;
    RunningHost& operator=(const RunningHost&) = delete;
    ~RunningHost();

    const std::string& url() const;                              ///< without a slash at the end
    const std::string& plain_url() const;                        ///< what needs no officer, without TLS
    const std::optional<std::string>& control_url() const;       ///< none if it wasn't asked for
    const std::filesystem::path& ca_file() const;                ///< PEM, see ca_bundle_pem
    const std::optional<SampleOfficer>& sample_officer() const;  ///< none if no officer of the configuration may update
    const Hierarchy& hierarchy() const;
    Store& store();
    Host& host();  ///< what the server asks, for a caller in the same process
    /// ready_document is docs/formats/cm-ready.md's JSON.
    std::string ready_document() const;
    void stop();  ///< see Server::stop

private:
    struct Parts;
    explicit RunningHost(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::cm
