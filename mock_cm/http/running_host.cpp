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
#include "mock_cm/ca/test_names.hpp"
#include "mock_cm/control/control_host.hpp"
#include "mock_cm/core/cm_host.hpp"
#include "mock_cm/front/front_host.hpp"
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

/// still_good tells whether a host before this one left the officer's token, with some time to go: a restart must not
/// invalidate what a user has been given.
bool still_good(const Hierarchy& hierarchy, const SampleOfficer& officer, UtcTime now) {
    const auto pkcs12 = read_file(officer.pkcs12), password = read_file(officer.password_file);
    if (!pkcs12 || !password || password->empty()) return false;
    const auto certificate = read_officer_token(*pkcs12, as_text(ByteView(*password).first(password->size() - 1)));
    return certificate && certificate->signed_by(hierarchy.authority("officer-ca").certificate) &&
           certificate->subject() == test_subject(officer.name) &&
           certificate->not_after() > now + kOfficerValidity / 2 && certificate->not_before() <= now;
}

Result<SampleOfficer> kept_or_new_officer(const Hierarchy& hierarchy, const std::string& name, const fs::path& state,
                                          UtcTime now, Rng& rng) {
    SampleOfficer officer{name, state / "officer.p12", state / "officer.password"};
    if (still_good(hierarchy, officer, now)) return officer;
    const std::string password = to_hex(rng.bytes(kPasswordOctets));
    // An hour back, for clients whose clock is behind.
    auto token = officer_token(hierarchy, name, password, now - std::chrono::hours(1), now + kOfficerValidity, rng);
    if (!token) return Unexpected{std::move(token).error().in("sample officer")};
    if (auto done = write_file_atomically(officer.password_file, as_bytes(password + "\n"), 0600); !done)
        return Unexpected{std::move(done).error()};
    if (auto done = write_file_atomically(officer.pkcs12, token->pkcs12, 0600); !done)
        return Unexpected{std::move(done).error()};
    return officer;
}

constexpr const char* kLoopback = "127.0.0.1";

std::string plain_url_of(std::uint16_t port) { return std::string("http://") + kLoopback + ":" + std::to_string(port); }

std::string url_of(const std::string& address, std::uint16_t port) {
    // Whoever listens everywhere is reached by what the certificate names.
    const bool everywhere = address == "0.0.0.0" || address == "::";
    const auto host = everywhere ? "127.0.0.1" : address.find(':') != std::string::npos ? "[" + address + "]" : address;
    return "https://" + host + ":" + std::to_string(port);
}

}  // namespace

fs::path state_database(const fs::path& state) { return state / "cm.sqlite"; }

// The order matters: the servers go first, then what they ask.
struct RunningHost::Parts {
    explicit Parts(Clock& machine_clock) : clock(machine_clock) {}

    StateLock lock;
    OffsetClock clock;
    std::optional<Hierarchy> hierarchy;
    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<CmHost> core;
    std::unique_ptr<FrontHost> front;
    std::unique_ptr<ControlHost> control;
    std::unique_ptr<Server> server, plain_server, control_server;
    std::string url, plain_url;
    std::optional<std::string> control_url;
    fs::path ca_file;
    std::optional<SampleOfficer> officer;

    Result<void> open(const RunningOptions& options);
    Result<void> write_files(const RunningOptions& options, Rng& rng);
    Result<void> listen(const RunningOptions& options);
    Result<void> listen_for_control(const RunningOptions& options);
};

Result<void> RunningHost::Parts::open(const RunningOptions& options) {
    auto made = Hierarchy::from_seed(Hierarchy::kDefaultSeed);
    if (!made) return Unexpected{std::move(made).error()};
    hierarchy = *std::move(made);
    if (auto done = make_private_directory(options.state); !done) return done;
    if (auto locked = lock.take(options.state); !locked) return locked;
    auto opened = SqliteStore::open(options.keep ? state_database(options.state) : SqliteStore::kInMemory);
    if (!opened) return Unexpected{std::move(opened).error()};
    store = *std::move(opened);
    return {};
}

Result<void> RunningHost::Parts::listen(const RunningOptions& options) {
    ServerOptions wanted = options.server;
    wanted.deviations = [this] { return core->context().config.deviations; };
    wanted.on_broken = [this](const std::string& what) { front->log_broken(what); };
    auto tls = Server::start(*front, *hierarchy, wanted);
    if (!tls) return Unexpected{std::move(tls).error()};
    server = *std::move(tls);
    url = url_of(options.server.address, server->port());
    wanted.address = kLoopback;
    wanted.port = options.plain_port;
    auto plain = Server::start_plain(*front, wanted);
    if (!plain) return Unexpected{std::move(plain).error()};
    plain_server = *std::move(plain);
    plain_url = plain_url_of(plain_server->port());
    return listen_for_control(options);
}

Result<void> RunningHost::Parts::listen_for_control(const RunningOptions& options) {
    if (!options.control_port) return {};
    control = std::make_unique<ControlHost>(*core, *store, clock);
    ServerOptions wanted;
    wanted.address = kLoopback;
    wanted.port = *options.control_port;
    wanted.threads = 1;
    auto started = Server::start_plain(*control, wanted);
    if (!started) return Unexpected{std::move(started).error()};
    control_server = *std::move(started);
    control_url = plain_url_of(control_server->port());
    return {};
}

Result<void> RunningHost::Parts::write_files(const RunningOptions& options, Rng& rng) {
    ca_file = options.state / "ca.pem";
    if (auto done = write_file_atomically(ca_file, as_bytes(ca_bundle_pem(*hierarchy))); !done) return done;
    if (const auto* capable = capable_officer(options.config)) {
        auto written = kept_or_new_officer(*hierarchy, capable->name, options.state, clock.now(), rng);
        if (!written) return Unexpected{std::move(written).error()};
        officer = *std::move(written);
    }
    return {};
}

Result<std::unique_ptr<RunningHost>> RunningHost::start(RunningOptions options, Clock& clock, Rng& rng) {
    auto parts = std::make_unique<Parts>(clock);
    if (auto opened = parts->open(options); !opened) return Unexpected{std::move(opened).error()};
    if (auto written = parts->write_files(options, rng); !written) return Unexpected{std::move(written).error()};
    parts->core = std::make_unique<CmHost>(options.config, *parts->hierarchy, *parts->store, parts->clock, rng);
    parts->front = std::make_unique<FrontHost>(*parts->core, *parts->store);
    if (auto listening = parts->listen(options); !listening) return Unexpected{std::move(listening).error()};
    return std::unique_ptr<RunningHost>(new RunningHost(std::move(parts)));
}

RunningHost::RunningHost(std::unique_ptr<Parts> parts) : x_parts(std::move(parts)) {}
RunningHost::~RunningHost() = default;

const std::string& RunningHost::url() const { return x_parts->url; }
const std::string& RunningHost::plain_url() const { return x_parts->plain_url; }
const std::optional<std::string>& RunningHost::control_url() const { return x_parts->control_url; }
const fs::path& RunningHost::ca_file() const { return x_parts->ca_file; }
const std::optional<SampleOfficer>& RunningHost::sample_officer() const { return x_parts->officer; }
const Hierarchy& RunningHost::hierarchy() const { return *x_parts->hierarchy; }
Store& RunningHost::store() { return *x_parts->store; }
Host& RunningHost::host() { return *x_parts->front; }
void RunningHost::stop() {
    for (auto* server : {&x_parts->server, &x_parts->plain_server, &x_parts->control_server})
        if (*server) (*server)->stop();
}

std::string RunningHost::ready_document() const {
    nlohmann::json document{{"version", 1},
                            {"url", url()},
                            {"plainUrl", plain_url()},
                            {"controlUrl", nullptr},
                            {"caFile", fs::absolute(ca_file()).string()},
                            {"officer", nullptr}};
    if (const auto& control = control_url()) document["controlUrl"] = *control;
    if (const auto& officer = sample_officer())
        document["officer"] = {{"name", officer->name},
                               {"pkcs12", fs::absolute(officer->pkcs12).string()},
                               {"passwordFile", fs::absolute(officer->password_file).string()}};
    return document.dump(2) + "\n";
}

}  // namespace rakit::cm
