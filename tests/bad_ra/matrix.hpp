#pragma once

#include <set>

#include "scenarios/runner/report_more.hpp"
#include "scenarios/runner/scenario.hpp"
#include "scenarios/runner/worker_pool.hpp"
#include "tests/bad_ra/ra.hpp"

namespace rakit::bad_ra {

/// kSeparator stands between a deviation and a case in a task's id; no deviation: the right RA.
inline constexpr char kSeparator = '@';

/// task_id and split_task_id name one case run by an RA that is wrong in one way.
std::string task_id(const std::string& deviation, const std::string& one);
std::pair<std::string, std::string> split_task_id(const std::string& id);

/// MatrixOptions say how thorough the matrix is.
struct MatrixOptions {
    bool quick = false;          ///< each deviation against the case that it names, and no other
    bool all_rows = false;       ///< each row of a scenario's matrix, not only the first
    std::set<std::string> only;  ///< deviations; empty: all
    int jobs = 1;
    std::vector<std::string> worker;  ///< command of a worker, without its depth
};

/// Matrix is which cases catch which deviation, and what is wrong with that.
struct Matrix {
    std::vector<scenarios::Kill> kills;
    std::vector<std::string> findings;  ///< each of them fails the run
    std::vector<std::string> idle;      ///< scenario files that catch nothing, by their first case; not if quick
};

/// make_matrix runs them. Failures: run_cases's.
Result<Matrix> make_matrix(const std::vector<scenarios::Case>& cases, const scenarios::RunFolder& folder,
                           const MatrixOptions& options);

/// fault_kills lists each way in which a virtual card, the CM or the printer can be made wrong, with the cases that
/// make use of it.
std::vector<scenarios::Kill> fault_kills(const std::vector<scenarios::Case>& cases);

/// to_json writes docs/formats/report.md's kill matrix.
std::string to_json(const std::vector<scenarios::Kill>& kills);

/// to_page writes the table of the deviations for people, docs/bad-ra.md.
std::string to_page(const std::vector<Deviation>& all);

}  // namespace rakit::bad_ra
