#pragma once

#include <span>
#include <string_view>

namespace rakit::certify {

/// Case is one thing that a reader is judged by.
struct Case {
    int number;              ///< 1 to 64
    std::string_view level;  ///< core, protocol, extended, stress, hotplug, pinpad, printer
    char meaning;            ///< where it means something: V everywhere, S shim and real, R real, P printer's station
    char card;               ///< the commands it needs: 'a' any card's, 'h' HandlerTest's, 'o' the tester card's own
    int limit_s;             ///< measuring that takes longer in quick mode is a failure; ten times that in full mode
    std::string_view name;
    std::string_view pass;  ///< the pass rule in words
    std::string_view rule;  ///< the pass rule as it is applied (rule.hpp)
};

/// cases is the whole table, in the order of the numbers.
std::span<const Case> cases();

/// find_case gives a case by its number, null if there is none.
const Case* find_case(int number);

/// levels are the names of all levels that have cases, in the order in which they are run.
std::span<const std::string_view> levels();

/// kScope is what every paper says about itself.
extern const std::string_view kScope;

}  // namespace rakit::certify
