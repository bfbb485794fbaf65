// What a case does once everything stands: the update, what comes after it, and the look at what came of it.
#include "scenarios/runner/case_run.hpp"

#include <thread>

#include "common/base/file.hpp"
#include "scenarios/runner/card_files.hpp"

namespace rakit::scenarios {
namespace {

namespace fs = std::filesystem;

/// People choose short PINs, and shorter ones than this are found by chance in what was written.
constexpr std::size_t kTellingRealPin = 8;
constexpr std::chrono::seconds kResetBound{2};

}  // namespace

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
        mend_printer();  // and then the same is asked for again: an order that is open goes on
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

/// mend_printer has printer and card as they should be.
void CaseRun::mend_printer() {
    x_card.card->disarm();
    x_printer->mend();
}

/// persist is an officer who does what the messages say until the card is updated, or it goes on for ever.
Result<void> CaseRun::persist(Observation& seen, Iut& ra, Job& what) {
    constexpr int kPatience = 4;
    for (int i = 0; i < kPatience && seen.result != "ok"; ++i) {
        if (x_printer) {
            mend_printer();
            if (auto done = once_more(seen, ra, what); !done) return done;
            continue;
        }
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
        auto between = look_at_card();
        if (!between) armed = Unexpected{std::move(between).error()};
        if (between) seen.between = *std::move(between);
        if (!x_card.card) return;
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

/// look_at_pins: before the harness itself takes the card out.
void CaseRun::look_at_pins(Observation& seen) const {
    if (!x_card.traced) return;
    // vpcd's reset has no answer: the RA may be done before the card is.
    const auto bound = std::chrono::steady_clock::now() + kResetBound;
    while (x_card.traced->open() && std::chrono::steady_clock::now() < bound)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    seen.left_open = x_card.traced->open();
    seen.wrong_pins_sent = x_card.traced->wrong_pins();
    // A fault may answer anything, and the CM may hold a wrong OP PIN.
    const bool lies = !x_case.card.faults.empty() || !x_case.doing.resume_faults.empty();
    seen.wrong_pins_allowed = lies ? seen.wrong_pins_sent : x_typist->wrong_for_card();
    if (x_case.cm.op_pins == "wrong") ++seen.wrong_pins_allowed;
}

Result<void> CaseRun::look(Observation& seen) {
    look_at_pins(seen);
    if (x_printer) x_printer_mismatches = x_printer->judge(x_case.expect.printer);
    x_around.station.end();  // before the printer goes: its station's card may be on its way out still
    x_printer.reset();
    auto after = look_at_card();
    if (!after) return Unexpected{std::move(after).error()};
    seen.after = *std::move(after);
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
    for (auto& request : x_traced_host->as_sent()) seen.written.push_back({"a request to the CM", std::move(request)});
    seen.secrets = x_around.real == nullptr ? x_typist->secrets() : x_typist->secrets(kTellingRealPin);
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
