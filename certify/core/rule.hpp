#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rakit::certify {

/// A rule is what must hold of a case's facts, as text that the paper prints and anybody can apply again:
///
///     rule   = clause *( "; " clause )
///     clause = fact ["?"] relation term
///     relation = "=" | "!=" | "<=" | ">=" | "in"
///     term   = word *( "|" word ) | "@" fact [ ("+" | "*") number ]
///
/// A word that is a number is compared as one. `@fact` is the value of another fact. Of several words one must fit; for
/// `<=` the largest counts. A fact that wasn't measured breaks its clause, unless a `?` allows for that.

/// Clause is one condition, read.
struct Clause {
    std::string fact;
    bool optional = false;
    std::string relation;
    std::vector<std::string> words;  ///< each a number, a word, or `@fact`, `@fact+1`, `@fact*3`
    std::string text;                ///< as it stands in the rule
};

/// parse_rule reads a rule. Aborts where it is none: rules are part of the program.
std::vector<Clause> parse_rule(std::string_view rule);

/// broken gives what is wrong with `facts` by a rule, a sentence for each clause; none: the rule holds.
std::vector<std::string> broken(std::string_view rule, const nlohmann::json& facts);

}  // namespace rakit::certify
