#include "scenarios/runner/case_run.hpp"

#include "common/base/file.hpp"
#include "scenarios/runner/card_files.hpp"

namespace rakit::scenarios {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A civil time at which every certificate of the tests' hierarchy is valid, for the depth where time is virtual.
constexpr UtcTime kVirtualNow = std::chrono::sys_days{2026y / 3 / 2} + 12h;

/// canary_pin gives eight digits that nothing else of a run is likely to hold.
Pin canary_pin(std::uint64_t seed, const std::string& of) {
    SeededRng rng(seed, "canary " + of);
    std::string digits;
    for (const auto octet : rng.bytes(8)) digits += static_cast<char>('0' + octet % 10);
    return Pin(digits);
}

/// The built-in cards' PIN references: PIN 1, PIN 2, OP PIN.
constexpr std::uint8_t kPivPin = 0x80;  // SP 800-73-4 part 2, section 3.2.1

/// kUsualManagementKey is the one that the built-in PIV cards have, and cards as they come from the factory.
constexpr std::string_view kUsualManagementKey = "010203040506070801020304050607080102030405060708";

/// op_pin_of: a PIV card's management key in hex plays the OP PIN's part.
Pin op_pin_of(const CardView& card, const std::map<std::uint8_t, Pin>& pins) {
    return card.tries.contains(kPivPin) ? Pin(kUsualManagementKey) : pins.at(3).clone();
}

std::map<std::uint8_t, Pin> canary_pins(std::uint64_t seed) {
    std::map<std::uint8_t, Pin> pins;
    for (std::uint8_t reference = 1; reference <= 3; ++reference)
        pins[reference] = canary_pin(seed, "PIN " + std::to_string(reference));
    pins[kPivPin] = canary_pin(seed, "PIV PIN");
    return pins;
}

/// cm_stream: on a real card certificates stay from case to case; each must have a serial number of its own.
std::string cm_stream(const Surroundings& around) {
    return around.real == nullptr ? "CM" : "CM for the card " + around.real->state();
}

std::unique_ptr<Clock> clock_for(Depth depth) {
    if (depth == Depth::inproc) return std::make_unique<VirtualClock>(kVirtualNow);
    return std::make_unique<SystemClock>();
}

}  // namespace

CaseRun::CaseRun(Surroundings around, const Case& one, const CaseTraceFile& head)
    : x_around(around),
      x_case(one),
      x_seed(head.seed),
      x_clock(clock_for(around.depth)),
      x_ra_rng(head.seed, "RA"),
      x_other_ra_rng(head.seed, "other RA"),
      x_cm_rng(head.seed, cm_stream(around)),
      x_pins(canary_pins(head.seed)),
      x_signature_pin(canary_pin(head.seed, "signature PIN")),
      x_trace(around.trace, head) {}

std::map<std::string, Pin> CaseRun::right_pins() const {
    std::map<std::string, Pin> right;
    right["signature-pin"] = x_signature_pin.clone();
    right["tls-pin"] = x_signature_pin.clone();  // of the same card
    if (x_around.real != nullptr) {
        for (const auto& [prompt, pin] : x_around.real->pins()) right[prompt] = pin.clone();
        return right;
    }
    const auto of_card = [&](std::uint8_t reference) {
        const auto same = x_case.card.same_pins.find(reference);
        return x_pins.at(same == x_case.card.same_pins.end() ? reference : same->second).clone();
    };
    right["pin:01"] = of_card(1);
    right["pin:02"] = of_card(2);
    right["pin:80"] = x_pins.at(kPivPin).clone();
    right["op-pin"] = x_op_pin.clone();
    return right;
}

Result<Observation> CaseRun::run(std::vector<CaseEvent>& trace) {
    auto seen = go();
    if (x_card.traced || x_around.real != nullptr) x_around.station.end();
    x_printer.reset();
    trace = x_trace.events();
    return seen;
}

Result<Observation> CaseRun::go() {
    Observation seen;
    auto folder = TemporaryFolder::make(x_around.scratch, "rakit-case");
    if (!folder) return Unexpected{std::move(folder).error()};
    x_folder = std::make_unique<TemporaryFolder>(std::move(*folder));
    if (auto done = set_up_cards(seen); !done) return Unexpected{std::move(done).error().in("card")};
    if (auto done = set_up_officer(); !done) return Unexpected{std::move(done).error().in("officer")};
    if (auto done = set_up_cm(seen); !done) return Unexpected{std::move(done).error().in("CM")};
    if (auto done = act(seen); !done) return Unexpected{std::move(done).error().in("RA")};
    if (auto done = look(seen); !done) return Unexpected{std::move(done).error().in("looking at what came of it")};
    return seen;
}

Result<CaseCard> CaseRun::open_card(const Result<cards::Image>& image, const std::string& which) {
    if (!image) return Unexpected{Error(image.error())};
    auto card = cards::open_image(*image);
    if (!card) return Unexpected{std::move(card).error()};
    CaseCard made{std::move(*card), nullptr};
    made.traced = std::make_unique<TracedCard>(*made.card, x_trace, which);
    return made;
}

void CaseRun::set_up_typist(std::map<std::string, std::vector<std::string>> script) {
    x_typist.emplace(std::move(script), right_pins());
    x_typist->on_prompt([this](const std::string& prompt) {
        look_whether_held(prompt);
        moment(prompt);
    });
}

Result<void> CaseRun::set_up_real_card(Observation& seen) {
    seen.before = x_around.real->before();
    const auto op_pin = x_around.real->pins().find("op-pin");
    if (op_pin != x_around.real->pins().end()) x_op_pin = op_pin->second.clone();
    // An RA that asks again and again gets no second wrong PIN for a card that isn't ours to block.
    auto script = x_case.doing.type;
    for (auto& [prompt, typed] : script)
        if (typed.size() == 1 && typed[0] != "right") typed.emplace_back("cancel");
    set_up_typist(std::move(script));
    return x_around.station.begin_with_what_is_in();
}

Result<CardView> CaseRun::look_at_card() const {
    if (x_around.real != nullptr) return x_around.real->read();
    return view_card(x_card.card->snapshot().document);
}

Result<void> CaseRun::set_up_cards(Observation& seen) {
    if (x_around.real != nullptr) return set_up_real_card(seen);
    auto card = open_card(x_around.cards.make(x_case.card, x_case.file, x_seed, x_pins), "");
    if (!card) return Unexpected{std::move(card).error()};
    seen.before = view_card(card->card->snapshot().document);
    x_card = std::move(*card);
    x_op_pin = op_pin_of(seen.before, x_pins);
    set_up_typist(x_case.doing.type);
    if (const auto& swap = x_case.doing.swap_card) {
        // Another seed, so that it is another card even if the case asks for the same one again; the same PINs, so that
        // a PIN that was entered for the first card would be right.
        auto other = open_card(x_around.cards.make(swap->card, x_case.file, x_seed + 1, x_pins), "other card: ");
        if (!other) return Unexpected{std::move(other).error()};
        seen.other_before = view_card(other->card->snapshot().document);
        x_other_card = std::move(*other);
    }
    if (x_case.printer && x_case.printer->value("other_card", false))
        if (auto made = set_up_card_below(seen); !made) return made;
    auto begun = x_case.printer ? set_up_printer() : x_around.station.begin(*x_card.traced, *x_clock);
    if (!begun) return begun;
    return x_case.officer.card ? set_up_officer_card(seen) : Result<void>();
}

/// set_up_card_below makes the card that lies under the case's in a printer's hopper: alike, but none of its faults.
Result<void> CaseRun::set_up_card_below(Observation& seen) {
    auto setup = x_case.card;
    setup.faults = nlohmann::json::array();
    setup.serial.reset();
    auto other = open_card(x_around.cards.make(setup, x_case.file, x_seed + 1, x_pins), "card below: ");
    if (!other) return Unexpected{std::move(other).error()};
    seen.other_before = view_card(other->card->snapshot().document);
    x_other_card = std::move(*other);
    return {};
}

Result<void> CaseRun::set_up_printer() {
    auto made = PrinterCase::make(*x_case.printer, x_around.depth, x_around.station, *x_clock);
    if (!made) return Unexpected{std::move(made).error()};
    x_printer = std::move(*made);
    return x_printer->begin(*x_card.traced, x_card.card->serial(), x_other_card.traced.get());
}

Result<void> CaseRun::set_up_officer_card(Observation& seen) {
    auto card = open_card(x_around.cards.officer(x_signature_pin, x_seed), "officer's card: ");
    if (!card) return Unexpected{std::move(card).error()};
    seen.officer_before = view_card(card->card->snapshot().document);
    x_officer_card = std::move(*card);
    auto inserted = x_around.station.begin_officer(*x_officer_card.traced);
    if (!inserted) return Unexpected{std::move(inserted).error()};
    if (!*inserted) return fail(ErrorCode::unsupported, "an officer's card needs PC/SC", {}, "use --depth pcsc");
    return {};
}

void CaseRun::look_whether_held(const std::string& at) {
    if (x_reader && x_reader->held()) x_held.insert(at);
}

void CaseRun::moment(const std::string& at) {
    const auto& swap = x_case.doing.swap_card;
    if (swap && !x_swapped && swap->at == at) {
        x_swapped = true;
        x_trace.add("card", "another card takes its place");
        x_moment_done = x_around.station.swap(*x_other_card.traced);
    }
    const auto& unplug = x_case.doing.unplug;
    if (unplug && !x_unplugged && unplug->at == at) {
        x_unplugged = true;
        x_trace.add("card", "the " + unplug->what + " is pulled");
        if (unplug->back)
            x_moment_done = x_around.station.insert_again([] {});
        else if (unplug->what == "officer-card")
            x_around.station.pull_officer();
        else
            x_around.station.pull();
    }
    const auto& other = x_case.doing.other_ra;
    if (other && !x_other_came && other->at == at && x_job != nullptr) {
        x_other_came = true;
        auto result = other_ra();
        if (result)
            x_other_result = *std::move(result);
        else
            x_moment_done = Unexpected{std::move(result).error().in("the other RA")};
    }
}

Result<void> CaseRun::set_up_officer() {
    const bool expired = x_case.officer.certificate == "expired";
    const bool too_new = x_case.officer.certificate == "not-yet-valid";
    const UtcTime from = std::chrono::sys_days{(expired ? 2020y : too_new ? 2053y : 2024y) / 1 / 1};
    const UtcTime to = std::chrono::sys_days{(expired ? 2021y : 2054y) / 1 / 1};
    auto token = x_around.officers.get(x_case.officer.name, x_signature_pin, from, to, x_seed);
    if (!token) return Unexpected{std::move(token).error()};
    x_officer_certificate = token->certificate;
    for (const char* folder : {"journal", "out"}) fs::create_directory(x_folder->path() / folder);
    const std::string ca = x509::to_pem(x_around.hierarchy.authority("root").certificate);
    if (auto done = write_file_atomically(x_folder->path() / "cm-ca.pem", as_bytes(ca)); !done) return done;
    return write_file_atomically(x_folder->path() / "officer.p12", token->pkcs12, 0600);
}

Result<void> CaseRun::set_up_cm(const Observation& seen) {
    auto side = CmSide::make(x_case, seen.before, x_op_pin, x_around.hierarchy, *x_clock, x_cm_rng);
    if (!side) return Unexpected{std::move(side).error()};
    x_cm = std::move(*side);
    if (x_case.officer.certificate == "revoked")
        if (auto done = x_cm->revoke(*x_officer_certificate); !done) return done;
    x_bending = std::make_unique<Bending>(
        x_cm->core().context().config.deviations, x_case.cm.deviations_at, [this](const cm::Deviations& deviations) {
            x_cm->core().change([&](cm::Config& config) { config.deviations = deviations; });
        });
    x_traced_host = std::make_unique<TracedHost>(x_cm->host(), x_trace, [this](const auto& at) { moment(at); });
    if (x_around.depth == Depth::inproc) {
        x_door = bent_door(direct_door(*x_traced_host, x_around.hierarchy), *x_bending, *x_clock);
        return {};
    }
    auto door = https_door(*x_traced_host, x_around.hierarchy, *x_bending);
    if (!door) return Unexpected{std::move(door).error()};
    x_door = std::move(*door);
    return {};
}

}  // namespace rakit::scenarios
