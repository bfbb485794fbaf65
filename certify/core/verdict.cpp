#include "certify/core/verdict.hpp"

#include <nlohmann/json.hpp>

#include "certify/core/rule.hpp"

namespace rakit::certify {

std::string_view name(ReaderKind kind) {
    switch (kind) {
        case ReaderKind::vpcd: return "vpcd";
        case ReaderKind::shim: return "shim";
        case ReaderKind::station: return "station";
        case ReaderKind::real: return "real";
    }
    return "real";
}

ReaderKind reader_kind_named(std::string_view word) {
    for (const auto kind : {ReaderKind::vpcd, ReaderKind::shim, ReaderKind::station})
        if (name(kind) == word) return kind;
    return ReaderKind::real;
}

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass: return "pass";
        case Verdict::fail: return "fail";
        case Verdict::not_applicable: return "not applicable";
    }
    return "fail";
}

std::optional<std::string> inapplicable(const Case& one, ReaderKind kind) {
    switch (one.meaning) {
        case 'R':
            if (kind == ReaderKind::real) return std::nullopt;
            return "a virtual reader has no contacts, no protocol and no bit rate: only a real reader can be judged";
        case 'S':
            if (kind == ReaderKind::shim || kind == ReaderKind::real) return std::nullopt;
            return "vpcd's driver has no such function: judged on the project's own driver and on real readers";
        case 'P':
            if (kind == ReaderKind::station) return std::nullopt;
            return "the reader isn't a card printer's contact station";
        default: return std::nullopt;
    }
}

Judgement judge(const Case& one, const nlohmann::json& facts, const Ended& ended) {
    if (!ended.measured) return {Verdict::fail, {"measuring " + ended.how}};
    if (const auto reason = facts.find("not_applicable"); reason != facts.end())
        return {Verdict::not_applicable, {reason->get<std::string>()}};
    auto problems = broken(one.rule, facts);
    if (problems.empty()) return {Verdict::pass, {}};
    // What the hands couldn't do may be all that is wrong.
    if (const auto hands = facts.find("hands"); hands != facts.end())
        problems.push_back("the hands: " + hands->get<std::string>());
    return {Verdict::fail, std::move(problems)};
}

}  // namespace rakit::certify
