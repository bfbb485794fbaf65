#pragma once

#include <functional>
#include <map>
#include <optional>

#include "scenarios/runner/card_maker.hpp"
#include "scenarios/runner/observation.hpp"

namespace rakit::scenarios {

/// CardTerms is what a run knows of the card in a real reader, and what it may do with it; made once, at the run's
/// start, and told to each worker by its standard input.
struct CardTerms {
    std::string reader;  ///< full PC/SC name
    std::string serial;  ///< of the card that was in it then: no other is touched
    std::string slot;    ///< control socket of the virtual card that lends its slot: each case has its own card there,
                         ///< and the rest of this means nothing; empty: the card that is in it is used
    bool test_card = false;           ///< tries of its PINs may be spent
    std::map<std::string, Pin> pins;  ///< prompt id -> the right one
};

/// pack writes terms as lines that end with a newline each; unpack_terms reads them from `line`, which gives one at a
/// time. Failure: document_invalid.
SecretBytes pack(const CardTerms& terms);
Result<CardTerms> unpack_terms(const std::function<std::optional<SecretBytes>()>& line);

/// RealCard is the card in a real reader as the runner sees it: from outside only, by the judge's own reading.
class RealCard {
public:
    using Read = std::function<Result<CardView>()>;
    /// `read` looks at the card. What is borrowed outlives it.
    RealCard(CardTerms terms, const cm::Hierarchy& hierarchy, CardMaker& cards, Read read)
        : x_terms(std::move(terms)), x_hierarchy(hierarchy), x_cards(cards), x_read(std::move(read)) {}

    /// why_not reads the card and tells why a case can't be run with it now; empty: it can, and view() is how it is
    /// before. Failures: the case's image can't be made.
    Result<std::string> why_not(const Case& one, std::uint64_t seed, bool pins_are_typed_here);
    const CardView& before() const { return x_before; }
    /// state is a digest of what the card showed before: two cases of one seed begin with different ones.
    std::string state() const;
    /// read reads it anew. Failures: those of `read`.
    Result<CardView> read() const { return x_read(); }
    const std::string& reader() const { return x_terms.reader; }
    const std::map<std::string, Pin>& pins() const { return x_terms.pins; }

private:
    std::string why_no_tries(const Case& one, const CardView& wanted);
    std::string why_no_pin(const Case& one) const;
    std::string why_unlike_case(const Case& one, const CardView& wanted) const;

    CardTerms x_terms;
    const cm::Hierarchy& x_hierarchy;
    CardMaker& x_cards;
    Read x_read;
    CardView x_before;
    std::string x_last;        ///< the case that was run last
    bool x_may_spend = false;  ///< that one was to type a wrong PIN
    std::string x_lost;        ///< why nothing more is run
};

/// in_reader reads the card that lies in a PC/SC reader: read_pcsc_card's failures.
RealCard::Read in_reader(std::string reader);

/// why_a_double tells why a case can be run with a double only, whatever card is in the reader; empty: it needn't.
std::string why_a_double(const Case& one);

/// card_prompts lists what the holder of a card is asked for: `pin:ID` of each PIN object, the OP PIN as `op-pin`.
std::vector<std::string> card_prompts(const CardView& card);

}  // namespace rakit::scenarios
