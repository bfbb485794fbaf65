#include "mock_cm/http/running_host.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/base/descriptor.hpp"
#include "common/base/file.hpp"
#include "mock_cm/core/cm_host.hpp"
#include "mock_cm/store/sqlite_store.hpp"

namespace rakit::cm {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPasswordOctets = 12;
constexpr std::chrono::days kOfficerValidity{365};

Result<void> make_private_directory(const fs::path& path) {
    if (::mkdir(path.c_str(), 0700) == 0 || fs::is_directory(path)) return {};
    return fail(ErrorCode::file_unwritable, std::strerror(errno), path.string());
}

/// StateLock keeps a second host off the directory; the system drops it with the process, however that ends.
class StateLock {
public:
    Result<void> take(const fs::path& state) {
        x_file.reset(::open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!x_file) return fail(ErrorCode::file_unwritable, std::strerror(errno), state.string());
        if (::flock(x_file.get(), LOCK_EX | LOCK_NB) == 0) return {};
        return fail(ErrorCode::io_failed, "another CM host uses this state directory", state.string(),
                    "end that one, or name another directory");
    }

private:
    Descriptor x_file;
};

const Officer* capable_officer(const Config& config) {
    const auto found = std::find_if(config.officers.begin(), config.officers.end(), [](const Officer& officer) {
        // One who is bound to a certificate of his own can't be given another.
        return officer.active && officer.certificate.empty() && officer.kind == OfficerKind::registration &&
               officer.has(Role::use_clients) && officer.has(Role::issue_certificate);
    });
    return found == config.officers.end() ? nullptr : &*found;
}

Result<SampleOfficer> write_officer(const Hierarchy& hierarchy, const std::string& name, const fs::path& state,
                                    UtcTime now, Rng& rng) {
    const std::string password = to_hex(rng.bytes(kPasswordOctets));
    // An hour back, for clients whose clock is behind.
    auto token = officer_token(hierarchy, name, password, now - std::chrono::hours(1), now + kOfficerValidity, rng);
    if (!token) return Unexpected{std::move(token).error().in("sample officer")};
    SampleOfficer officer{name, state / "officer.p12", state / "officer.password"};
    if (auto done = write_file_atomically(officer.password_file, as_bytes(password + "\n"), 0600); !done)
        return Unexpected{std::move(done).error()};
    if (auto done = write_file_atomically(officer.pkcs12, token->pkcs12, 0600); !done)
        return Unexpected{std::move(done).error()};
    return officer;
}

std::string url_of(const std::string& address, std::uint16_t port) {
    // Whoever listens everywhere is reached by what the certificate names.
    const bool everywhere = address == "0.0.0.0" || address == "::";
    const auto host = everywhere ? "127.0.0.1" : address.find(':') != std::string::npos ? "[" + address + "]" : address;
    return "https://" + host + ":" + std::to_string(port);
}

}  // namespace

fs::path state_database(const fs::path& state) { return state / "cm.sqlite"; }

// The order matters: the server goes first, then what it asks.
struct RunningHost::Parts {
    StateLock lock;
    std::optional<Hierarchy> hierarchy;
    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<CmHost> host;
    std::unique_ptr<Server> server;
    std::string url;
    fs::path ca_file;
    std::optional<SampleOfficer> officer;

    Result<void> write_files(const RunningOptions& options, Clock& clock, Rng& rng);
};

Result<void> RunningHost::Parts::write_files(const RunningOptions& options, Clock& clock, Rng& rng) {
    ca_file = options.state / "ca.pem";
    if (auto done = write_file_atomically(ca_file, as_bytes(ca_bundle_pem(*hierarchy))); !done) return done;
    if (const auto* capable = capable_officer(options.config)) {
        auto written = write_officer(*hierarchy, capable->name, options.state, clock.now(), rng);
        if (!written) return Unexpected{std::move(written).error()};
        officer = *std::move(written);
    }
    return {};
}

Result<std::unique_ptr<RunningHost>> RunningHost::start(RunningOptions options, Clock& clock, Rng& rng) {
    auto parts = std::make_unique<Parts>();
    auto hierarchy = Hierarchy::from_seed(Hierarchy::kDefaultSeed);
    if (!hierarchy) return Unexpected{std::move(hierarchy).error()};
    parts->hierarchy = *std::move(hierarchy);
    if (auto made = make_private_directory(options.state); !made) return Unexpected{std::move(made).error()};
    if (auto locked = parts->lock.take(options.state); !locked) return Unexpected{std::move(locked).error()};
    auto store = SqliteStore::open(options.keep ? state_database(options.state) : SqliteStore::kInMemory);
    if (!store) return Unexpected{std::move(store).error()};
    parts->store = *std::move(store);
    if (auto written = parts->write_files(options, clock, rng); !written) return Unexpected{std::move(written).error()};
    parts->host = std::make_unique<CmHost>(std::move(options.config), *parts->hierarchy, *parts->store, clock, rng);
    auto server = Server::start(*parts->host, *parts->hierarchy, options.server);
    if (!server) return Unexpected{std::move(server).error()};
    parts->server = *std::move(server);
    parts->url = url_of(options.server.address, parts->server->port());
    return std::unique_ptr<RunningHost>(new RunningHost(std::move(parts)));
}

RunningHost::RunningHost(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}
RunningHost::~RunningHost() = default;

const std::string& RunningHost::url() const { return x_parts->url; }
const fs::path& RunningHost::ca_file() const { return x_parts->ca_file; }
const std::optional<SampleOfficer>& RunningHost::sample_officer() const { return x_parts->officer; }
const Hierarchy& RunningHost::hierarchy() const { return *x_parts->hierarchy; }
Store& RunningHost::store() { return *x_parts->store; }
Host& RunningHost::host() { return *x_parts->host; }
void RunningHost::stop() { x_parts->server->stop(); }

std::string RunningHost::ready_document() const {
    nlohmann::json document{
        {"version", 1}, {"url", url()}, {"caFile", fs::absolute(ca_file()).string()}, {"officer", nullptr}};
    if (const auto& officer = sample_officer())
        document["officer"] = {{"name", officer->name},
                               {"pkcs12", fs::absolute(officer->pkcs12).string()},
                               {"passwordFile", fs::absolute(officer->password_file).string()}};
    return document.dump(2) + "\n";
}

}  // namespace rakit::cm
