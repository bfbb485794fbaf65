#include "tests/bad_ra/matrix.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mock_cm/core/deviations.hpp"
#include "virtual_cards/faults/fault_plan.hpp"
#include "virtual_cards/printer/machine.hpp"

namespace rakit::bad_ra {
namespace {

using nlohmann::json;
using scenarios::Case;
using scenarios::Status;
using scenarios::Verdict;

/// How long one case may take: a deviation that never comes to an end must not either.
constexpr std::chrono::seconds kTimeLimit{20};

/// Sheet collects the verdicts of all tasks.
class Sheet {
public:
    Sheet(const std::vector<Case>& cases, const MatrixOptions& options) : x_cases(cases), x_options(options) {
        for (const auto& one : bad_ra::deviations())
            if (options.only.empty() || options.only.contains(one.id)) x_deviations.push_back(one);
    }

    /// tasks gives copies of the cases under the ids of their tasks.
    std::vector<Case> tasks(bool quick, bool pcsc) const {
        std::vector<Case> tasks;
        const auto add = [&](const std::string& deviation, const Case& one) {
            if (one.officer.card != pcsc) return;
            tasks.push_back(one);
            tasks.back().id = task_id(deviation, one.id);
        };
        for (const auto& one : x_cases)
            if (!quick || named(one.id)) add("", one);
        for (const auto& deviation : x_deviations)
            for (const auto& one : x_cases)
                if (one.id == deviation.caught_by || (!quick && !one.officer.card && stands_for_its_file(one)))
                    add(deviation.id, one);
        return tasks;
    }

    /// stands_for_its_file: the rows of a matrix differ in their figures; one of them says what its file catches.
    bool stands_for_its_file(const Case& one) const {
        const auto first = std::ranges::find(x_cases, one.file, &Case::file);
        return x_options.all_rows || first->id == one.id;
    }

    void take(const Verdict& verdict) {
        const auto [deviation, one] = split_task_id(verdict.id);
        if (verdict.status != Status::failed) return;
        if (deviation.empty())
            findings.push_back(one + " fails with the right RA too: " + scenarios::describe(verdict));
        else
            x_caught[deviation].push_back(one);
        // A case that could not be judged is red too, but the one that is named must say what is wrong.
        if (!verdict.mismatches.empty()) x_judged.insert(verdict.id);
    }

    std::vector<scenarios::Kill> kills() {
        std::vector<scenarios::Kill> kills;
        for (const auto& one : x_deviations) {
            auto caught = x_caught[one.id];
            if (caught.empty()) findings.push_back(std::string(one.id) + " survives");
            if (!x_judged.contains(task_id(one.id, one.caught_by)))
                findings.push_back(std::string(one.id) + " says that " + one.caught_by +
                                   " catches it, which it does not");
            kills.push_back({one.id, "ra", one.wrong, std::move(caught)});
        }
        return kills;
    }

    std::vector<std::string> idle() const {
        std::set<std::string> busy;
        for (const auto& [deviation, caught] : x_caught) busy.insert(caught.begin(), caught.end());
        std::vector<std::string> idle;
        for (const auto& one : x_cases)
            if (!busy.contains(one.id) && !one.officer.card && stands_for_its_file(one)) idle.push_back(one.id);
        return idle;
    }

    std::vector<std::string> findings;

private:
    bool named(const std::string& id) const {
        return std::any_of(x_deviations.begin(), x_deviations.end(),
                           [&](const auto& one) { return one.caught_by == id; });
    }

    const std::vector<Case>& x_cases;
    const MatrixOptions& x_options;
    std::vector<Deviation> x_deviations;
    std::map<std::string, std::vector<std::string>> x_caught;
    std::set<std::string> x_judged;  ///< tasks
};

/// names_of lists what can be wrong, and `used` which of it a case asks for.
template <class Used>
void add_kills(std::vector<scenarios::Kill>& kills, const std::string& kind, const std::vector<std::string>& names,
               const std::vector<Case>& cases, Used used) {
    for (const auto& name : names) {
        scenarios::Kill kill{name, kind, "asked for by these cases", {}};
        for (const auto& one : cases)
            if (used(one, name)) kill.caught_by.push_back(one.id);
        kills.push_back(std::move(kill));
    }
}

bool has_printer_fault(const Case& one, const std::string& kind) {
    if (!one.printer) return false;
    const auto faults = one.printer->value("faults", json::array());
    return std::any_of(faults.begin(), faults.end(),
                       [&](const json& fault) { return fault.value("kind", "") == kind; });
}

bool has_fault(const scenarios::CardSetup& card, const std::string& kind) {
    return std::any_of(card.faults.begin(), card.faults.end(),
                       [&](const json& fault) { return fault.value("kind", "") == kind; });
}

}  // namespace

std::string task_id(const std::string& deviation, const std::string& one) { return deviation + kSeparator + one; }

std::pair<std::string, std::string> split_task_id(const std::string& id) {
    const auto at = id.find(kSeparator);
    return {id.substr(0, at), id.substr(at + 1)};
}

Result<Matrix> make_matrix(const std::vector<Case>& cases, const scenarios::RunFolder& folder,
                           const MatrixOptions& options) {
    Sheet sheet(cases, options);
    for (const bool pcsc : {false, true}) {
        const auto tasks = sheet.tasks(options.quick, pcsc);
        if (tasks.empty()) continue;
        scenarios::PoolOptions pool;
        pool.worker = options.worker;
        pool.worker.insert(pool.worker.end(), {"--depth", pcsc ? "pcsc" : "inproc"});
        pool.workers = options.jobs;
        pool.time_limit = kTimeLimit;
        auto outcome = scenarios::run_cases(tasks, folder, pool, [&](const Verdict& one) { sheet.take(one); });
        if (!outcome) return Unexpected{std::move(outcome).error()};
    }
    Matrix matrix;
    matrix.kills = sheet.kills();
    matrix.findings = std::move(sheet.findings);
    if (!options.quick && options.only.empty()) matrix.idle = sheet.idle();
    return matrix;
}

std::vector<scenarios::Kill> fault_kills(const std::vector<Case>& cases) {
    std::vector<scenarios::Kill> kills;
    std::vector<std::string> faults, deviations;
    for (const auto kind : cards::fault_kinds()) faults.emplace_back(kind);
    const json all = json::parse(cm::deviations_text({}));
    for (const auto& [name, value] : all.items()) deviations.push_back(name);
    add_kills(kills, "card", faults, cases, [](const Case& one, const std::string& kind) {
        return has_fault(one.card, kind) || (one.doing.swap_card && has_fault(one.doing.swap_card->card, kind));
    });
    add_kills(kills, "cm", deviations, cases,
              [](const Case& one, const std::string& name) { return one.cm.deviations.contains(name); });
    std::vector<std::string> printer_faults;
    for (int kind = 0; kind < static_cast<int>(printer::FaultKind::kCount); ++kind)
        printer_faults.emplace_back(printer::name(static_cast<printer::FaultKind>(kind)));
    add_kills(kills, "printer", printer_faults, cases, has_printer_fault);
    return kills;
}

std::string to_json(const std::vector<scenarios::Kill>& kills) {
    json list = json::array();
    for (const auto& one : kills)
        list.push_back({{"name", one.name}, {"kind", one.kind}, {"meaning", one.meaning}, {"caughtBy", one.caught_by}});
    return json{{"version", 1}, {"kills", std::move(list)}}.dump(2) + "\n";
}

std::string to_page(const std::vector<Deviation>& all) {
    std::string page =
        "# Ways for an RA to be wrong\n\n"
        "`tests/bad_ra` is the reference with one part bent, in " +
        std::to_string(all.size()) +
        " ways, one at a time. `ci/run kill-matrix` runs the catalogue against each of\n"
        "them: every one must be caught by at least one scenario. Written by `rakit_bad_ra --page`; a test "
        "compares.\n\n"
        "| id | what is wrong | why it matters | caught by, among others |\n|---|---|---|---|\n";
    for (const auto& one : all)
        page += std::string("| ") + one.id + " | " + one.wrong + " | " + one.matters + " | `" + one.caught_by + "` |\n";
    return page;
}

}  // namespace rakit::bad_ra
