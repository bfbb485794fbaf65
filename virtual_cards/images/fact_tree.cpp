#include <algorithm>

#include "virtual_cards/images/describe.hpp"

namespace rakit::cards {
namespace {

/// short_name leaves out of a subject what the branch above says already: "3F00 5015" of "file 3F00 5015 4403",
/// "in slot 9A" of "key in slot 9A".
std::string short_name(const Fact& fact) {
    const auto& subject = fact.subject;
    if (fact.under.empty()) return subject;
    if (subject.rfind(fact.under + " ", 0) == 0) return subject.substr(fact.under.size() + 1);
    const auto place = " in " + fact.under;
    const bool ends =
        subject.size() > place.size() && subject.compare(subject.size() - place.size(), place.size(), place) == 0;
    return ends ? subject.substr(0, subject.size() - place.size()) : subject;
}

class Tree {
public:
    explicit Tree(const std::vector<Fact>& facts) : x_facts(facts) {}

    std::vector<std::string> run() {
        std::vector<std::string> headings;
        for (const auto& fact : x_facts) {
            if (fact.under.empty()) {
                leaf(fact, 0);
            } else if (!is_subject(fact.under) &&
                       std::find(headings.begin(), headings.end(), fact.under) == headings.end()) {
                headings.push_back(fact.under);
                x_lines.push_back(fact.under);
                branch(fact.under, 1);
            }
        }
        return std::move(x_lines);
    }

private:
    void leaf(const Fact& fact, std::size_t depth) {
        x_lines.push_back(std::string(2 * depth, ' ') + short_name(fact) + ": " + fact.text);
        branch(fact.subject, depth + 1);
    }
    void branch(const std::string& under, std::size_t depth) {
        for (const auto& fact : x_facts)
            if (fact.under == under) leaf(fact, depth);
    }
    bool is_subject(const std::string& name) const {
        return std::any_of(x_facts.begin(), x_facts.end(), [&](const auto& fact) { return fact.subject == name; });
    }

    const std::vector<Fact>& x_facts;
    std::vector<std::string> x_lines;
};

}  // namespace

std::vector<std::string> fact_tree(const std::vector<Fact>& facts) { return Tree(facts).run(); }

}  // namespace rakit::cards
