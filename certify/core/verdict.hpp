#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certify/core/cases.hpp"

namespace rakit::certify {

/// ReaderKind is what stands between pcscd and the card.
enum class ReaderKind {
    vpcd,     ///< vsmartcard's virtual reader
    shim,     ///< the project's own driver: a virtual reader that can be wrong on purpose
    station,  ///< the contact station of a card printer
    real,     ///< anything else
};

/// name gives `vpcd`, `shim`, `station`, `real`.
std::string_view name(ReaderKind kind);
/// reader_kind_named undoes name(); whatever else is said is a real reader.
ReaderKind reader_kind_named(std::string_view word);

/// Verdict is what a case comes to.
enum class Verdict { pass, fail, not_applicable };

/// name gives `pass`, `fail`, `not applicable`.
std::string_view name(Verdict verdict);

/// Judgement is a verdict with its reasons: what broke the rule, or why the case cannot apply.
struct Judgement {
    Verdict verdict = Verdict::fail;
    std::vector<std::string> reasons;
};

/// Ended says how the process that measured a case ended.
struct Ended {
    bool measured = true;  ///< by itself, all facts given
    std::string how;       ///< otherwise: "did not come back within 20 s", "was killed by SIGSEGV"
};

/// inapplicable tells why a case means nothing on a reader of this kind (readers' table: V everywhere, S on the shim
/// and on real readers, R on real readers, P at a printer's station); nothing if it does.
std::optional<std::string> inapplicable(const Case& one, ReaderKind kind);

/// judge applies a case's rule to what was measured. The fact `not_applicable` is a reason found while measuring.
Judgement judge(const Case& one, const nlohmann::json& facts, const Ended& ended);

}  // namespace rakit::certify
