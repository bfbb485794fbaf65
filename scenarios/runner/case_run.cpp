#include "scenarios/runner/case_run.hpp"

#include "common/base/file.hpp"
#include "scenarios/iut/exec_iut.hpp"
#include "scenarios/iut/manual_iut.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/case_runner.hpp"

namespace rakit::scenarios {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A civil time at which every certificate of the tests' hierarchy is valid, for the depth where time is virtual.
constexpr UtcTime kVirtualNow = std::chrono::sys_days{2026y / 3 / 2} + 12h;
constexpr auto kExecLimit = 45s;
constexpr auto kStallDeadline = 3s;

/// canary_pin gives eight digits that nothing else of a run is likely to hold.
Pin canary_pin(std::uint64_t seed, const std::string& of) {
    SeededRng rng(seed, "canary " + of);
    std::string digits;
    for (const auto octet : rng.bytes(8)) digits += static_cast<char>('0' + octet % 10);
    return Pin(digits);
}

/// The built-in cards' PIN references: PIN 1, PIN 2, OP PIN.
constexpr std::uint8_t kPivPin = 0x80;  // SP 800-73-4 part 2, section 3.2.1

/// kUsualManagementKey is the one that the built-in PIV cards have, and cards as they come from the factory.
constexpr std::string_view kUsualManagementKey = "010203040506070801020304050607080102030405060708";

/// op_pin_of: a PIV card's management key in hex plays the OP PIN's part.
Pin op_pin_of(const CardView& card, const std::map<std::uint8_t, Pin>& pins) {
    return card.tries.contains(kPivPin) ? Pin(kUsualManagementKey) : pins.at(3).clone();
}

std::map<std::uint8_t, Pin> canary_pins(std::uint64_t seed) {
    std::map<std::uint8_t, Pin> pins;
    for (std::uint8_t reference = 1; reference <= 3; ++reference)
        pins[reference] = canary_pin(seed, "PIN " + std::to_string(reference));
    pins[kPivPin] = canary_pin(seed, "PIV PIN");
    return pins;
}

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

std::unique_ptr<Clock> clock_for(Depth depth) {
    if (depth == Depth::inproc) return std::make_unique<VirtualClock>(kVirtualNow);
    return std::make_unique<SystemClock>();
}

}  // namespace

CaseRun::CaseRun(Surroundings around, const Case& one, const CaseTraceFile& head)
    : x_around(around),
      x_case(one),
      x_seed(head.seed),
      x_clock(clock_for(around.depth)),
      x_ra_rng(head.seed, "RA"),
      x_other_ra_rng(head.seed, "other RA"),
      x_cm_rng(head.seed, "CM"),
      x_officer_rng(head.seed, "officer"),
      x_pins(canary_pins(head.seed)),
      x_signature_pin(canary_pin(head.seed, "signature PIN")),
      x_trace(around.trace, head) {}

std::map<std::string, Pin> CaseRun::right_pins() const {
    std::map<std::string, Pin> right;
    right["signature-pin"] = x_signature_pin.clone();
    right["tls-pin"] = x_signature_pin.clone();  // of the same card
    const auto of_card = [&](std::uint8_t reference) {
        const auto same = x_case.card.same_pins.find(reference);
        return x_pins.at(same == x_case.card.same_pins.end() ? reference : same->second).clone();
    };
    right["pin:01"] = of_card(1);
    right["pin:02"] = of_card(2);
    right["pin:80"] = x_pins.at(kPivPin).clone();
    right["op-pin"] = x_op_pin.clone();
    return right;
}

Result<Observation> CaseRun::run(std::vector<CaseEvent>& trace) {
    auto seen = go();
    x_printer.reset();
    if (x_card.traced) x_around.station.end();
    trace = x_trace.events();
    return seen;
}

Result<Observation> CaseRun::go() {
    Observation seen;
    auto folder = TemporaryFolder::make(x_around.scratch, "rakit-case");
    if (!folder) return Unexpected{std::move(folder).error()};
    x_folder = std::make_unique<TemporaryFolder>(std::move(*folder));
    if (auto done = set_up_cards(seen); !done) return Unexpected{std::move(done).error().in("card")};
    if (auto done = set_up_officer(); !done) return Unexpected{std::move(done).error().in("officer")};
    if (auto done = set_up_cm(seen); !done) return Unexpected{std::move(done).error().in("CM")};
    if (auto done = act(seen); !done) return Unexpected{std::move(done).error().in("RA")};
    if (auto done = look(seen); !done) return Unexpected{std::move(done).error().in("looking at what came of it")};
    return seen;
}

Result<CaseCard> CaseRun::open_card(const Result<cards::Image>& image, const std::string& which) {
    if (!image) return Unexpected{Error(image.error())};
    auto card = cards::open_image(*image);
    if (!card) return Unexpected{std::move(card).error()};
    CaseCard made{std::move(*card), nullptr};
    made.traced = std::make_unique<TracedCard>(*made.card, x_trace, which);
    return made;
}

Result<void> CaseRun::set_up_cards(Observation& seen) {
    auto card = open_card(x_around.cards.make(x_case.card, x_case.file, x_seed, x_pins), "");
    if (!card) return Unexpected{std::move(card).error()};
    seen.before = view_card(card->card->snapshot().document);
    x_card = std::move(*card);
    x_op_pin = op_pin_of(seen.before, x_pins);
    x_typist.emplace(x_case.doing.type, right_pins());
    x_typist->on_prompt([this](const std::string& prompt) { moment(prompt); });
    if (const auto& swap = x_case.doing.swap_card) {
        // Another seed, so that it is another card even if the case asks for the same one again; the same PINs, so that
        // a PIN that was entered for the first card would be right.
        auto other = open_card(x_around.cards.make(swap->card, x_case.file, x_seed + 1, x_pins), "other card: ");
        if (!other) return Unexpected{std::move(other).error()};
        seen.other_before = view_card(other->card->snapshot().document);
        x_other_card = std::move(*other);
    }
    if (x_case.printer && x_case.printer->value("other_card", false))
        if (auto made = set_up_card_below(seen); !made) return made;
    auto begun = x_case.printer ? set_up_printer() : x_around.station.begin(*x_card.traced, *x_clock);
    if (!begun) return begun;
    return x_case.officer.card ? set_up_officer_card(seen) : Result<void>();
}

/// set_up_card_below makes the card that lies under the case's in a printer's hopper: alike, but none of its faults.
Result<void> CaseRun::set_up_card_below(Observation& seen) {
    auto setup = x_case.card;
    setup.faults = nlohmann::json::array();
    setup.serial.reset();
    auto other = open_card(x_around.cards.make(setup, x_case.file, x_seed + 1, x_pins), "card below: ");
    if (!other) return Unexpected{std::move(other).error()};
    seen.other_before = view_card(other->card->snapshot().document);
    x_other_card = std::move(*other);
    return {};
}

Result<void> CaseRun::set_up_printer() {
    auto made = PrinterCase::make(*x_case.printer, x_around.depth, x_around.station, *x_clock);
    if (!made) return Unexpected{std::move(made).error()};
    x_printer = std::move(*made);
    return x_printer->begin(*x_card.traced, x_card.card->serial(), x_other_card.traced.get());
}

Result<void> CaseRun::set_up_officer_card(Observation& seen) {
    auto card = open_card(x_around.cards.officer(x_signature_pin, x_seed), "officer's card: ");
    if (!card) return Unexpected{std::move(card).error()};
    seen.officer_before = view_card(card->card->snapshot().document);
    x_officer_card = std::move(*card);
    auto inserted = x_around.station.begin_officer(*x_officer_card.traced);
    if (!inserted) return Unexpected{std::move(inserted).error()};
    if (!*inserted) return fail(ErrorCode::unsupported, "an officer's card needs PC/SC", {}, "use --depth pcsc");
    return {};
}

void CaseRun::moment(const std::string& at) {
    if (x_reader && x_reader->held()) x_held.insert(at);
    const auto& swap = x_case.doing.swap_card;
    if (swap && !x_swapped && swap->at == at) {
        x_swapped = true;
        x_trace.add("card", "another card takes its place");
        x_moment_done = x_around.station.swap(*x_other_card.traced);
    }
    const auto& unplug = x_case.doing.unplug;
    if (unplug && !x_unplugged && unplug->at == at) {
        x_unplugged = true;
        x_trace.add("card", "the " + unplug->what + " is pulled");
        if (unplug->back)
            x_moment_done = x_around.station.insert_again([] {});
        else if (unplug->what == "officer-card")
            x_around.station.pull_officer();
        else
            x_around.station.pull();
    }
    const auto& other = x_case.doing.other_ra;
    if (other && !x_other_came && other->at == at && x_job != nullptr) {
        x_other_came = true;
        auto result = other_ra();
        if (result)
            x_other_result = *std::move(result);
        else
            x_moment_done = Unexpected{std::move(result).error().in("the other RA")};
    }
}

Result<void> CaseRun::set_up_officer() {
    const bool expired = x_case.officer.certificate == "expired";
    const bool too_new = x_case.officer.certificate == "not-yet-valid";
    const UtcTime from = std::chrono::sys_days{(expired ? 2020y : too_new ? 2053y : 2024y) / 1 / 1};
    const UtcTime to = std::chrono::sys_days{(expired ? 2021y : 2054y) / 1 / 1};
    auto token = cm::officer_token(x_around.hierarchy, x_case.officer.name, as_text(x_signature_pin.digits()), from, to,
                                   x_officer_rng);
    if (!token) return Unexpected{std::move(token).error()};
    x_officer_certificate = token->certificate;
    for (const char* folder : {"journal", "out"}) fs::create_directory(x_folder->path() / folder);
    const std::string ca = x509::to_pem(x_around.hierarchy.authority("root").certificate);
    if (auto done = write_file_atomically(x_folder->path() / "cm-ca.pem", as_bytes(ca)); !done) return done;
    return write_file_atomically(x_folder->path() / "officer.p12", token->pkcs12, 0600);
}

Result<void> CaseRun::set_up_cm(const Observation& seen) {
    auto side = CmSide::make(x_case, seen.before, x_op_pin, x_around.hierarchy, *x_clock, x_cm_rng);
    if (!side) return Unexpected{std::move(side).error()};
    x_cm = std::move(*side);
    if (x_case.officer.certificate == "revoked")
        if (auto done = x_cm->revoke(*x_officer_certificate); !done) return done;
    x_bending = std::make_unique<Bending>(
        x_cm->core().context().config.deviations, x_case.cm.deviations_at, [this](const cm::Deviations& deviations) {
            x_cm->core().change([&](cm::Config& config) { config.deviations = deviations; });
        });
    x_traced_host = std::make_unique<TracedHost>(x_cm->host(), x_trace, [this](const auto& at) { moment(at); });
    if (x_around.depth == Depth::inproc) {
        x_door = bent_door(direct_door(*x_traced_host, x_around.hierarchy), *x_bending, *x_clock);
        return {};
    }
    auto door = https_door(*x_traced_host, x_around.hierarchy, *x_bending);
    if (!door) return Unexpected{std::move(door).error()};
    x_door = std::move(*door);
    return {};
}

Result<std::unique_ptr<Iut>> CaseRun::iut() {
    if (x_around.iut.rfind("exec:", 0) == 0)
        return std::unique_ptr<Iut>(
            std::make_unique<ExecIut>(x_around.iut.substr(5), x_folder->path() / "stderr", kExecLimit));
    if (x_around.iut == "manual")
        return std::unique_ptr<Iut>(std::make_unique<ManualIut>(person_at(x_around.scratch / kPersonSocket)));
    x_reader = std::make_unique<WatchedReader>(x_around.station.reader());
    return reference(*x_reader, x_ra_rng, x_around.reference);
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

Result<void> CaseRun::act(Observation& seen) {
    auto what = job(seen.before);
    if (!what) return Unexpected{std::move(what).error()};
    x_job = &*what;
    auto ra = iut();
    if (!ra) return Unexpected{std::move(ra).error()};
    seen.dialog_seen = (*ra)->shows_dialog();
    auto result = (*ra)->run(*what, *x_typist);
    if (!result) return Unexpected{std::move(result).error()};
    x_trace.add("result", result->result + " " + result->detail);
    seen.notices = result->notices;
    seen.result = result->result;
    seen.detail = result->detail;
    if (x_case.doing.persist) {
        if (auto again = persist(seen, **ra, *what); !again) return again;
    } else if (x_case.doing.resume || x_case.doing.reload || x_case.doing.abandon)
        if (auto again = act_again(seen, **ra, *what); !again) return again;
    x_job = nullptr;
    seen.other_result = x_other_result;
    if (!x_moment_done) return std::move(x_moment_done);
    seen.prompts = x_typist->asked();
    return unreached();
}

/// act_again is the second half of a case: a resume with the card whole and in again, or the update anew.
Result<void> CaseRun::act_again(Observation& seen, Iut& ra, Job& what) {
    seen.first_result = seen.result;
    if (auto decided = decide(); !decided) return decided;
    if (x_printer) {
        x_card.card->disarm();
        x_printer->mend();  // and then the same is asked for again: an order that is open goes on
    } else if (x_case.doing.resume || x_case.doing.abandon) {
        what.resume = x_case.doing.resume;
        what.abandon = x_case.doing.abandon;
        const auto& faults = x_case.doing.resume_faults;
        if (auto in = insert_again(seen, faults); !in) return in;
        if (!faults.empty()) {
            if (auto done = once_more(seen, ra, what); !done) return done;
            seen.second_result = seen.result;
            if (auto in = insert_again(seen, nlohmann::json::array()); !in) return in;
        }
    }
    return once_more(seen, ra, what);
}

/// persist is an officer who does what the messages say until the card is updated, or it goes on for ever.
Result<void> CaseRun::persist(Observation& seen, Iut& ra, Job& what) {
    constexpr int kPatience = 4;
    for (int i = 0; i < kPatience && seen.result != "ok"; ++i) {
        if (auto in = insert_again(seen, nlohmann::json::array()); !in) return in;
        for (const bool resume : {true, false}) {
            what.resume = resume;
            if (auto done = once_more(seen, ra, what); !done) return done;
            if (seen.result != "nothing_to_do") break;
        }
    }
    return {};
}

/// decide is whoever approves orders at the CM.
Result<void> CaseRun::decide() {
    if (!x_case.cm.approves) return {};
    const auto waiting = x_cm->core().waiting_orders();
    if (!waiting) return Unexpected{Error(waiting.error())};
    for (const auto& transaction : *waiting)
        if (auto done = x_cm->core().decide(transaction, *x_case.cm.approves); !done) return done;
    return {};
}

/// insert_again has the card without its faults, but with these; how it was found then is to be judged too.
Result<void> CaseRun::insert_again(Observation& seen, const nlohmann::json& faults) {
    Result<void> armed;
    auto in = x_around.station.insert_again([&] {
        seen.between = view_card(x_card.card->snapshot().document);
        x_card.card->disarm();
        for (const auto& fault : faults)
            if (armed) armed = x_card.card->arm(fault);
    });
    return in ? std::move(armed) : std::move(in);
}

Result<void> CaseRun::once_more(Observation& seen, Iut& ra, const Job& what) {
    auto result = ra.run(what, *x_typist);
    if (!result) return Unexpected{std::move(result).error()};
    x_trace.add("result", result->result + " " + result->detail);
    seen.notices.insert(seen.notices.end(), result->notices.begin(), result->notices.end());
    seen.result = result->result;
    seen.detail = result->detail;
    return {};
}

/// unreached: a scenario whose moment never came has tried nothing, and may not pass.
Result<void> CaseRun::unreached() const {
    const Doing& doing = x_case.doing;
    if (doing.swap_card && !x_swapped)
        return fail(ErrorCode::io_failed, "do.swap_card: the moment " + doing.swap_card->at + " never came");
    if (doing.unplug && !x_unplugged)
        return fail(ErrorCode::io_failed, "do.unplug: the moment " + doing.unplug->at + " never came");
    if (doing.other_ra && !x_other_came)
        return fail(ErrorCode::io_failed, "do.other_ra: the moment " + doing.other_ra->at + " never came");
    return {};
}

Result<void> CaseRun::look(Observation& seen) {
    if (x_printer) x_printer_mismatches = x_printer->judge(x_case.expect.printer);
    x_printer.reset();
    x_around.station.end();
    seen.after = view_card(x_card.card->snapshot().document);
    if (x_other_card.card) seen.other_after = view_card(x_other_card.card->snapshot().document);
    if (x_officer_card.card) seen.officer_after = view_card(x_officer_card.card->snapshot().document);
    x_card.traced.reset();
    x_door.reset();
    std::vector<const CardView*> cards{&seen.before};
    if (seen.other_before) cards.push_back(&*seen.other_before);
    auto cm = x_cm->view(cards);
    if (!cm) return Unexpected{std::move(cm).error()};
    seen.cm = std::move(*cm);
    seen.cm.requests = x_traced_host->requests();
    auto log = x_cm->log_text();
    if (!log) return Unexpected{std::move(log).error()};
    seen.written.push_back({"the CM's request log", to_bytes(*log)});
    seen.secrets = x_typist->secrets();
    seen.held_at.assign(x_held.begin(), x_held.end());
    return collect_files(seen);
}

Result<void> CaseRun::collect_files(Observation& seen) {
    for (const auto& entry : fs::recursive_directory_iterator(x_folder->path())) {
        // What the harness itself put there, and the CM's CA, are nobody's leak.
        const std::string name = entry.path().filename().string();
        if (!entry.is_regular_file() || name == "officer.p12" || name == "cm-ca.pem") continue;
        auto content = read_file(entry.path());
        if (!content) return Unexpected{std::move(content).error()};
        if (entry.path().parent_path().filename() == "out") {
            auto certificate = x509::Certificate::parse(*content);
            auto pem = certificate ? Result<std::vector<x509::Certificate>>(std::vector{*certificate})
                                   : x509::parse_pem(as_text(*content));
            if (pem) seen.files.insert(seen.files.end(), pem->begin(), pem->end());
        }
        seen.written.push_back({fs::relative(entry.path(), x_folder->path()).string(), std::move(*content)});
    }
    return {};
}

}  // namespace rakit::scenarios
