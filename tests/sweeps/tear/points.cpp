#include "tests/sweeps/tear/points.hpp"

#include "scenarios/runner/judge.hpp"

namespace rakit::scenarios {
namespace {

using nlohmann::json;

/// kCuts are how much of a cut write is there: nothing, the directory's commit octet, a header, most of a short entry.
constexpr unsigned kCuts[] = {0, 1, 2, 7, 40};

/// kHttpKinds are the deviations that a network or a proxy can bring about.
const std::pair<const char*, json> kHttpKinds[] = {
    {"dropBefore", {{"dropBefore", true}}},
    {"dropAfter", {{"dropAfter", true}}},
    {"truncateBody", {{"truncateBody", true}}},
    {"stall", {{"stall", true}}},
    {"slowMs 1500", {{"slowMs", 1500}}},
    {"wrongContentType", {{"wrongContentType", true}}},
    {"httpStatus 500", {{"httpStatus", 500}}},
    {"httpStatus 503", {{"httpStatus", 503}}},
    {"request twice", {{"duplicateRequest", true}}},
    {"answer twice", {{"duplicateAnswer", true}}},
};

/// settled is what a case expects of card, CM and PINs; the dialog isn't judged, because a resume asks again.
Expectation settled(const Expectation& expect, const Observation& seen) {
    Expectation wanted = expect;
    wanted.result = seen.result;
    wanted.first_result = seen.first_result;
    wanted.cm.log.clear();
    wanted.cm.requests.reset();
    wanted.cm.pending = 0;
    wanted.prompts.reset();
    wanted.not_prompted.clear();
    wanted.notices.clear();
    wanted.not_told.clear();
    wanted.files.reset();
    wanted.log.clear();
    return wanted;
}

/// untouched: nothing was submitted, so nothing was issued or written, and nothing revoked that wasn't before.
Expectation untouched(const Case& one, const Observation& seen) {
    Expectation wanted = settled(one.expect, seen);
    wanted.tries.clear();
    wanted.card = CardAfter{true, {}, {}};
    wanted.cm = CmAfter();
    wanted.cm.active = wanted.cm.pending = wanted.cm.orders = 0;
    wanted.cm.revoked = static_cast<int>(one.cm.revoked.size());
    wanted.handed_out.reset();
    return wanted;
}

/// tries_kept: a disturbance never costs a try; a PIN that was verified has all of its tries again.
void tries_kept(const Observation& seen, std::vector<Mismatch>& mismatches) {
    for (const auto& [reference, before] : seen.before.tries) {
        const auto after = seen.after.tries.find(reference);
        if (after == seen.after.tries.end() || after->second < before)
            mismatches.push_back({"tries left of PIN " + to_hex(Bytes{reference}), "at least " + std::to_string(before),
                                  after == seen.after.tries.end() ? "no such PIN" : std::to_string(after->second)});
    }
}

/// at_wrong_printer: the printer is disturbed as it is.
bool at_wrong_printer(const Case& one) { return one.printer && one.printer->contains("faults"); }

}  // namespace

bool can_be_swept(const Case& one) {
    const Doing& doing = one.doing;
    return one.expect.result == "ok" && !one.expect.first_result && !doing.resume && !doing.reload &&
           !doing.swap_card && !doing.unplug && one.card.faults.empty() && !one.officer.card &&
           one.cm.deviations.empty() && doing.type.empty() && !one.expect.handed_out && !at_wrong_printer(one) &&
           !doing.other_ra && !doing.abandon && !doing.persist && !one.cm.approves;
}

std::vector<Point> card_points(const std::vector<CaseEvent>& undisturbed) {
    std::vector<Point> points;
    int command = 0;
    for (const auto& event : undisturbed) {
        if (event.kind != "apdu") continue;
        ++command;
        const auto ins = event.text.substr(3, 2);
        const auto add = [&](const std::string& kind, json fault) {
            fault["nth"] = command;
            points.push_back({kind, command, ins, std::move(fault), nullptr});
        };
        for (const char* kind : {"tear-before", "tear-after", "reset", "remove"}) add(kind, {{"kind", kind}});
        add("status 6581", {{"kind", "status"}, {"sw", "6581"}});
        if (ins != "D6" && ins != "DB") continue;
        for (const unsigned octets : kCuts)
            add("tear-within " + std::to_string(octets), {{"kind", "tear-within"}, {"octets", octets}});
    }
    return points;
}

std::vector<Point> cm_points(const std::vector<CaseEvent>& undisturbed) {
    std::vector<Point> points;
    int request = 0;
    for (const auto& event : undisturbed) {
        if (event.kind != "http") continue;
        ++request;
        for (const auto& [kind, deviations] : kHttpKinds)
            points.push_back({kind, request, event.text, nullptr, deviations});
    }
    return points;
}

Case disturbed(const Case& one, const Point& point) {
    Case what = one;
    if (!point.fault.is_null()) what.card.faults = json::array({point.fault});
    if (!point.deviations.is_null()) {
        what.cm.deviations = point.deviations;
        what.cm.deviations_at = {point.nth};
    }
    if (!one.printer) {
        what.doing.resume = true;
        return what;
    }
    // At a printer the same is asked for until it is done; how often the card was fed and engaged is nobody's concern.
    what.doing.persist = true;
    what.expect.printer.erase("fed");
    what.expect.printer.erase("engaged");
    return what;
}

Outcome judge_point(const Case& one, const Point& point, const Observation& whole, const Observation& seen,
                    const std::vector<Mismatch>& at_printer, bool again) {
    auto mismatches = judge(settled(one.expect, seen), seen);
    if (point.of == "DB" && point.kind.starts_with("tear-within"))
        std::erase_if(mismatches, [](const Mismatch& found) { return found.what.starts_with("before the resume: "); });
    mismatches.insert(mismatches.end(), at_printer.begin(), at_printer.end());
    if (seen.result != "ok" && seen.result != "nothing_to_do")
        mismatches.push_back({"result of resume", "ok or nothing_to_do", seen.result + " (" + seen.detail + ")"});
    // Which file a certificate lies in may differ; that none is left over may not.
    if (whole.after.files.size() != seen.after.files.size())
        mismatches.push_back({"files on the card", std::to_string(whole.after.files.size()) + ", as undisturbed",
                              std::to_string(seen.after.files.size())});
    tries_kept(seen, mismatches);
    const bool resumed = one.printer ? again : seen.result == "ok";
    if (mismatches.empty()) return {resumed ? "resumed" : "went through", {}};
    auto nothing_done = judge(untouched(one, seen), seen);
    tries_kept(seen, nothing_done);
    if (seen.result == "nothing_to_do" && nothing_done.empty()) return {"not begun", {}};
    return {"LOST", std::move(mismatches)};
}

}  // namespace rakit::scenarios
