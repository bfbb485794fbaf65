// Who the RA of a case is, and what it is told to do.
#include "scenarios/iut/exec_iut.hpp"
#include "scenarios/iut/manual_iut.hpp"
#include "scenarios/runner/case_run.hpp"
#include "scenarios/runner/case_runner.hpp"

namespace rakit::scenarios {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kExecLimit = 45s;
constexpr auto kStallDeadline = 3s;

/// percent_encoded writes a PKCS#11 URI's attribute value (RFC 7512 section 2.3).
std::string percent_encoded(const std::string& text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text)
        out += kPlain.find(c) != std::string_view::npos ? std::string(1, c)
                                                        : "%" + to_hex(Bytes{static_cast<std::uint8_t>(c)});
    return out;
}

/// opensc_module is where Debian has OpenSC's PKCS#11 module, in the folder of the machine's architecture; else its
/// bare name, for the loader to find.
std::string opensc_module() {
    std::error_code none;
    for (const auto& folder : fs::directory_iterator("/usr/lib", none))
        if (fs::exists(folder.path() / "opensc-pkcs11.so", none)) return folder.path() / "opensc-pkcs11.so";
    return "opensc-pkcs11.so";
}

/// officer_uri names a key of the built-in officer's card and its certificate.
std::string officer_uri(const std::string& reader, const std::string& key) {
    return "pkcs11:slot-description=" + percent_encoded(reader) + ";id=%" + key + "?module-path=" + opensc_module();
}

}  // namespace

Result<std::unique_ptr<Iut>> CaseRun::iut() {
    if (x_around.iut.rfind("exec:", 0) == 0)
        return std::unique_ptr<Iut>(
            std::make_unique<ExecIut>(x_around.iut.substr(5), x_folder->path() / "stderr", kExecLimit));
    if (x_around.iut == "manual")
        return std::unique_ptr<Iut>(std::make_unique<ManualIut>(person_at(x_around.scratch / kPersonSocket)));
    x_reader =
        std::make_unique<WatchedReader>(x_around.station.reader(), x_around.real == nullptr ? nullptr : &x_trace);
    auto calls = x_around.reference;
    calls.exchange = [this, around = calls.exchange](std::unique_ptr<reference::HttpExchange> way) {
        return around(
            watched(std::move(way), [this](int number) { look_whether_held("request:" + std::to_string(number)); }));
    };
    return reference(*x_reader, x_ra_rng, calls);
}

std::unique_ptr<Iut> CaseRun::reference(reference::CardReader& reader, Rng& rng, const ReferenceCalls& calls) {
    ReferencePorts ports{reader,
                         [this](const reference::OfficerCredential& officer) { return x_door->exchange(officer); },
                         {x_around.hierarchy.authority("root").certificate},
                         *x_clock,
                         rng,
                         x_trace};
    if (x_printer) ports.at_device = [this](auto& at, const auto& update) { return x_printer->run(at, update); };
    // Nobody waits half a minute for an answer that is known not to come.
    if (x_case.cm.deviations.value("stall", false)) ports.cm_deadline = kStallDeadline;
    return std::make_unique<ReferenceIut>(std::move(ports), calls);
}

/// other_ra does the same job, with a journal of its own or the same one.
Result<std::string> CaseRun::other_ra() {
    Job what = *x_job;
    if (!x_case.doing.other_ra->same_journal) what.journal_folder = x_folder->path() / "other-journal";
    what.out_folder = x_folder->path() / "other-out";
    for (const auto& folder : {what.journal_folder, what.out_folder}) fs::create_directories(folder);
    Typist typist({}, right_pins());
    x_trace.add("result", "another RA begins");
    auto result = reference(x_around.station.reader(), x_other_ra_rng, {})->run(what, typist);
    if (!result) return Unexpected{std::move(result).error()};
    x_trace.add("result", "the other RA: " + result->result + " " + result->detail);
    return std::move(result->result);
}

Result<Job> CaseRun::job(const CardView& card) const {
    const Doing& doing = x_case.doing;
    Job what;
    what.reader = x_around.station.reader_name();
    what.cm_url = x_door->url();
    what.cm_ca = x_folder->path() / "cm-ca.pem";
    what.officer = x_folder->path() / "officer.p12";
    if (x_case.officer.card) {
        what.officer_reader = x_around.station.officer_reader_name();
        what.officer = officer_uri(what.officer_reader, "46");
        what.officer_tls = officer_uri(what.officer_reader, "45");
    }
    what.qc = doing.qc.dump();
    what.procedure = doing.procedure;
    what.fields = doing.fields;
    what.show_fields = doing.show_fields;
    what.auto_add_fields = doing.auto_add_fields;
    what.replace_ca = doing.replace_ca;
    what.dialect = doing.dialect;
    what.journal_folder = x_folder->path() / "journal";
    what.out_folder = x_folder->path() / "out";
    what.prompt_socket = x_folder->path() / "prompts";
    for (const auto& action : doing.actions) {
        JobAction one{action.key, action.action, {}};
        if (action.certificate) {
            const KeyView* key = card.key(action.key);
            const auto position = static_cast<std::size_t>(*action.certificate);
            if (key == nullptr || key->certificates.size() < position)
                return fail(ErrorCode::document_invalid,
                            "do.actions: key " + action.key + " has no certificate " + std::to_string(position));
            one.certificate = key->certificates[position - 1].serial_hex();
        }
        what.actions.push_back(std::move(one));
    }
    return what;
}

}  // namespace rakit::scenarios
