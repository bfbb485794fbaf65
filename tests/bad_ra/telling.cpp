#include "tests/bad_ra/bend.hpp"

// What the officer is told, and what the RA says became of it.
namespace rakit::bad_ra {
namespace {

void keeps_quiet_about(Ra& ra, const std::string& code) {
    ra.tell = [code](Dialog& officer, const std::string& what, const std::string& text) {
        if (what != code) officer.tell(what, text);
    };
}

void hides_the_soft_token(Ra& ra) { keeps_quiet_about(ra, "soft_token_warning"); }
void hides_what_is_dropped(Ra& ra) { keeps_quiet_about(ra, "field_dropped"); }
void hides_the_resume(Ra& ra) { keeps_quiet_about(ra, "resumed"); }
void warns_every_officer(Ra& ra) {
    ra.run = [&ra](const Drive& drive, const UpdateRequest& request, bool resuming) {
        ra.ports.dialog.tell("field_dropped", "some fields may have been left out");
        return drive(request, resuming);
    };
}
void says_ok(Ra& ra) {
    ra.run = [](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        return outcome ? std::move(outcome) : Result<UpdateOutcome>(UpdateOutcome{});
    };
}
void has_one_word_for_all(Ra& ra) {
    ra.run = [](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        if (outcome) return outcome;
        return Result<UpdateOutcome>(fail(ErrorCode::internal, outcome.error().detail));
    };
}
void calls_wrong_cancelled(Ra& ra) {
    ra.verify = [](CardPort& card, const PinState& pin, const Pin& value) {
        auto verified = card.verify(pin, value);
        if (verified || verified.error().code != ErrorCode::pin_wrong) return verified;
        return Result<void>(fail(ErrorCode::pin_cancelled, "PIN"));
    };
}
void blank_is_ok(Ra& ra) {
    ra.run = [](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        if (!outcome && outcome.error().code == ErrorCode::nothing_to_do && !resuming)
            return Result<UpdateOutcome>(UpdateOutcome{});
        return outcome;
    };
}

}  // namespace

std::vector<Deviation> telling_deviations() {
    return {
        {"hides-the-soft-token", "The officer isn't warned of a software token.", "It is allowed, not recommended.",
         "tc/redo:rsa-pin-1", hides_the_soft_token},
        {"hides-what-is-dropped", "Data left out are left out silently.", "Nobody notices until the owner does.",
         "fields/dropped:hidden", hides_what_is_dropped},
        {"hides-the-resume", "Resume doesn't say what it did.", "The officer begins a new order.",
         "interrupted/pulled:before-the-file", hides_the_resume},
        {"warns-of-everything", "The officer is told of dropped data at every update.", "Warnings are clicked away.",
         "fields/dropped:shown", warns_every_officer},
        {"says-ok", "Whatever became of it, the RA says ok.", "The owner leaves with a card that doesn't work.",
         "tc/controls:expired", says_ok},
        {"has-one-word-for-all", "Every failure is an internal error.", "Nobody learns what to do about it.",
         "pins/wrong:pin-1", has_one_word_for_all},
        {"calls-wrong-cancelled", "A wrong PIN is reported as a cancelled prompt.", "A try is gone unnoticed.",
         "pins/wrong:pin-1", calls_wrong_cancelled},
        {"blank-is-ok", "An update without any action ends with ok.", "The officer believes that something was done.",
         "actions/blank", blank_is_ok},
    };
}

}  // namespace rakit::bad_ra
