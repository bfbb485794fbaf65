#include "cli/real_card_options.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/printable.hpp"
#include "cli/secret_line.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "reference/card/pcsc_reader.hpp"
#include "scenarios/outside/pcsc_card.hpp"
#include "scenarios/runner/card_files.hpp"
#include "scenarios/runner/likeness.hpp"
#include "virtual_cards/serve/control_server.hpp"

namespace rakit::cli {
namespace {

using scenarios::CardTerms;
using scenarios::CardView;

/// no_core: PINs are in this process's memory; none may get into a core file.
void no_core() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

/// those_of picks the PINs of this card.
std::map<std::string, Pin> those_of(const std::vector<std::string>& prompts, const std::map<std::string, Pin>& known) {
    std::map<std::string, Pin> pins;
    for (const auto& prompt : prompts)
        if (const auto pin = known.find(prompt); pin != known.end()) pins[prompt] = pin->second.clone();
    return pins;
}

std::unique_ptr<Terminal> terminal_of_person() {
    if (::isatty(STDIN_FILENO) == 0) return nullptr;
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    return terminal ? std::make_unique<Terminal>(std::move(terminal)) : nullptr;
}

Unexpected not_agreed(const CardTerms& terms) {
    return fail(
        ErrorCode::cancelled,
        "the card " + terms.serial + " is not the test card, and nobody agreed that it is written to; nothing was",
        terms.reader, "lay the test card in (docs/formats/scenario.md), or give --yes-write-real-card");
}

Result<void> ask_to_write(const CardTerms& terms, Terminal* terminal) {
    if (terminal == nullptr) return not_agreed(terms);
    const auto answer =
        terminal->choose(printable("The card " + terms.serial + " in " + terms.reader +
                                   " is not the test card. Scenarios replace its certificates. May it be written to?"),
                         {"no", "yes"}, 0);
    if (!answer) return Unexpected{Error(answer.error())};
    return *answer == 1 ? Result<void>() : not_agreed(terms);
}

/// pins_from reads a line for each PIN, `prompt-id value`, up to the end or an empty line, and closes the descriptor:
/// an RA under test must not find it.
Result<std::map<std::string, Pin>> pins_from(int fd, const std::vector<std::string>& prompts) {
    const Descriptor lines(fd);
    std::map<std::string, Pin> pins;
    for (auto line = read_secret_line(fd); line && !line->empty(); line = read_secret_line(fd)) {
        const std::string_view text = as_text(*line);
        const auto blank = text.find(' ');
        const auto prompt = std::find(prompts.begin(), prompts.end(), text.substr(0, std::min(blank, text.size())));
        if (blank == std::string_view::npos || prompt == prompts.end()) {
            std::string known;
            for (const auto& one : prompts) known += (known.empty() ? "" : ", ") + one;
            // Perhaps a bare PIN: it is not repeated in the message.
            return fail(ErrorCode::prompt_unavailable, "a line is not \"prompt-id value\" of a PIN of this card",
                        "--pin-fd", "the card's prompts are " + known);
        }
        pins[*prompt] = Pin(text.substr(blank + 1));
    }
    return pins;
}

Result<std::map<std::string, Pin>> ask_pins(const CardTerms& terms, const std::vector<std::string>& prompts,
                                            Terminal* terminal) {
    if (terminal == nullptr)
        return fail(ErrorCode::prompt_unavailable, "nobody is there who could type the PINs of the card", terms.reader,
                    "give --pin-fd, a line \"prompt-id value\" for each PIN");
    std::map<std::string, Pin> pins;
    for (const auto& prompt : prompts) {
        const auto typed = terminal->hidden(printable(prompt + " of the card in " + terms.reader + " (none: Enter)"));
        if (!typed) return Unexpected{Error(typed.error())};
        if (!typed->empty()) pins[prompt] = Pin(as_text(*typed));
    }
    return pins;
}

}  // namespace

void add_real_card_options(CLI::App& verb, RealCardOptions& options) {
    verb.add_option("--reader", options.reader,
                    "with --depth reader: name of the reader that the card is in, or a part that only one has");
    verb.add_option("--pin-fd", options.pin_fd,
                    "with --depth reader: the card's PINs from this file descriptor, a line for each: \"prompt-id "
                    "value\", as pin:01 or op-pin (default: they are asked for at the terminal)")
        ->check(whole_number);
    verb.add_option("--slot-of", options.slot,
                    "with --depth reader: control socket of the virtual card in the reader (docs/formats/"
                    "card-control.md); each case has a card of its own put in in its stead")
        ->type_name("SOCKET");
    verb.add_flag("--yes-write-real-card", options.write,
                  "with --depth reader: write to a card that is not the test card without asking");
}

void give_back(const RealCardOptions& options) {
    if (options.slot.empty()) return;
    auto reader = reference::PcscReader::open(options.reader);
    if (!reader) return;
    // Before the last case's card was seen to go, another one in its place would be taken for it.
    constexpr std::chrono::seconds kSeen{5};
    if (!(*reader)->wait_for_no_card(kSeen) || !cards::ask_control(options.slot, R"({"command":"insert"})")) return;
    (void)(*reader)->wait_for_card(kSeen).has_value();
}

Result<CardTerms> agree_on_card(const RealCardOptions& options, bool pins) {
    no_core();
    auto reader = scenarios::reader_called(options.reader);
    if (!reader) return Unexpected{std::move(reader).error()};
    if (!options.slot.empty()) return CardTerms{*std::move(reader), {}, options.slot, true, {}};
    const auto card = scenarios::read_pcsc_card(*reader);
    if (!card) return Unexpected{Error(card.error())};
    const auto hierarchy = cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed);
    if (!hierarchy) return Unexpected{Error(hierarchy.error())};
    const CardView view = scenarios::view_card(*card);
    CardTerms terms{*std::move(reader), view.serial, {}, scenarios::is_test_card(view, *hierarchy), {}};
    const auto terminal = terminal_of_person();
    if (!terms.test_card && !options.write)
        if (auto agreed = ask_to_write(terms, terminal.get()); !agreed) return Unexpected{std::move(agreed).error()};
    if (!pins) return terms;
    const auto prompts = scenarios::card_prompts(view);
    auto given = options.known != nullptr ? those_of(prompts, *options.known)
                 : options.pin_fd >= 0    ? pins_from(options.pin_fd, prompts)
                                          : ask_pins(terms, prompts, terminal.get());
    if (!given) return Unexpected{std::move(given).error()};
    terms.pins = *std::move(given);
    return terms;
}

Result<CardTerms> terms_from(int fd) {
    no_core();
    return scenarios::unpack_terms([fd] { return read_secret_line(fd); });
}

}  // namespace rakit::cli
