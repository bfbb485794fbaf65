#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "certify/core/verdict.hpp"
#include "common/base/clock.hpp"

namespace rakit::certify {

/// Entry is a case as the paper has it.
struct Entry {
    const Case* of = nullptr;
    Judgement judgement;
    std::string measured;                  ///< how measuring ended, if not by itself
    std::string facts, deviations, trace;  ///< JSON
    std::size_t calls = 0;
    std::int64_t took_ms = 0;
};

/// UpdateCase is a scenario as the paper has it.
struct UpdateCase {
    std::string id;
    std::string status;  ///< `passed`, `failed`, `skipped`
    std::string why;     ///< it failed or was skipped
    std::int64_t took_ms = 0;
};

/// UpdateRun is what became of the level `update`.
struct UpdateRun {
    bool wanted = false;
    std::string not_applicable;  ///< why not; empty: it was run
    std::string cards;           ///< which cards the scenarios began with
    std::vector<UpdateCase> scenarios;
};

/// judge_update gives the verdict on a level `update` that was run: of what was skipped alone nothing can be said.
Verdict judge_update(const std::vector<UpdateCase>& scenarios);

/// Head is what a paper says before its cases.
struct Head {
    UtcTime made;
    std::string generator;  ///< `rakit 0.1.0`
    std::string found;      ///< JSON: what identify() says
    std::string library, daemon, system;
    bool quick = true;
    std::vector<std::string> levels;
    std::vector<int> chosen;  ///< cases, where not whole levels were asked for
};

/// make_paper writes a paper (docs/formats/certificate.md): indented JSON with a line end, the octets that are signed.
std::string make_paper(const Head& head, const std::vector<Entry>& entries, const UpdateRun& update);

/// to_page makes the page of a paper: one HTML file that needs nothing else. The same paper gives the same octets.
std::string to_page(const nlohmann::json& paper);

}  // namespace rakit::certify
