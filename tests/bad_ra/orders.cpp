#include "tests/bad_ra/bend.hpp"

// The signed order, its journal, and what resume makes of it.
namespace rakit::bad_ra {
namespace {

template <class Bend>
void in_message(Ra& ra, Bend bend) {
    after<core::EncodeOrder>(
        ra, [bend](const core::State& state, core::EncodeOrder& effect) { bend(state, effect.order); });
}

void forget_order(const Ra& ra) {
    for (const auto& file : std::filesystem::directory_iterator(ra.ports.journal_folder))
        if (file.path().extension() == ".json") std::filesystem::remove(file.path());
}

void leaves_the_tc_out(Ra& ra) {
    in_message(ra, [](const core::State&, Order& order) {
        for (auto& line : order.lines) line.transport_certificate.reset();
    });
}
void sends_the_other_tc(Ra& ra) {
    in_message(ra, [](const core::State& state, Order& order) {
        for (auto& line : order.lines)
            for (const auto& key : state.contents.keys)
                if (const auto* tc = key.transport_certificate(); tc != nullptr && key.id != line.key)
                    line.transport_certificate = tc->certificate;
    });
}
void signs_with_another_key(Ra& ra) {
    ra.read_contents = [&memory = ra.memory](CardPort& card) {
        auto read = card.read_contents();
        if (read) memory.contents = *read;
        return read;
    };
    ra.sign = [&memory = ra.memory](CardPort& card, const KeyLine& key, ByteView message) {
        for (const auto& other : memory.contents->keys)
            if (other.id != key.id) return card.sign(other, message);
        return card.sign(memory.contents->keys.front(), message);
    };
}
void signs_raw_ecdsa(Ra& ra) {
    ra.sign = [](CardPort& card, const KeyLine& key, ByteView message) {
        auto signature = card.sign(key, message);
        // SEQUENCE { INTEGER r, INTEGER s } without its wrapping, as the card has it inside.
        if (signature && (*signature)[0] == 0x30 && signature->size() < 80)
            return Result<Bytes>(Bytes(signature->begin() + 4, signature->end()));
        return signature;
    };
}
void signs_another_message(Ra& ra) {
    ra.sign = [](CardPort& card, const KeyLine& key, ByteView message) {
        Bytes more(message.begin(), message.end());
        more.push_back(0x00);
        return card.sign(key, more);
    };
}
void sends_a_new_order_after_silence(Ra& ra) {
    ra.run = [&ra](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        if (outcome || resuming || outcome.error().code != ErrorCode::cm_timeout_after_submit) return outcome;
        forget_order(ra);
        return drive(request, false);
    };
}
void begins_anew_on_resume(Ra& ra) {
    ra.run = [&ra](const Drive& drive, const UpdateRequest& request, bool resuming) {
        if (!resuming) return drive(request, false);
        forget_order(ra);
        return drive(ra.memory.request, false);
    };
}
void ignores_an_open_order(Ra& ra) {
    before<core::JournalOpened>(ra, [](const core::State& state, core::JournalOpened& event) {
        if (!state.resuming) event.open.reset();
    });
}
void writes_the_journal_too_late(Ra& ra) {
    skip<core::Checkpoint>(ra, in(core::Stage::saving_order),
                           [](const auto&, const auto&) { return core::CheckpointWritten{}; });
}
void forgets_what_failed(Ra& ra) {
    ra.run = [&ra](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        if (!outcome) forget_order(ra);
        return outcome;
    };
}
void forgets_what_is_pending(Ra& ra) {
    ra.run = [&ra](const Drive& drive, const UpdateRequest& request, bool resuming) {
        auto outcome = drive(request, resuming);
        if (!outcome && outcome.error().code == ErrorCode::cm_pending) forget_order(ra);
        return outcome;
    };
}
void never_closes_the_journal(Ra& ra) {
    skip<core::CloseJournal>(ra, always, [](const auto&, const auto&) { return core::JournalClosed{}; });
}
void resume_forgets_what_goes(Ra& ra) {
    if (!ra.resuming) return;
    before<core::JournalOpened>(ra, [](const core::State&, core::JournalOpened& event) {
        if (event.open)
            for (auto& line : event.open->order.lines) line.replaces.reset();
    });
}
void resume_only_confirms(Ra& ra) {
    before<core::JournalOpened>(ra, [](const core::State& state, core::JournalOpened& event) {
        if (state.resuming && event.open && event.open->stage == OpenOrder::Stage::issued)
            event.open->stage = OpenOrder::Stage::written;
    });
}
void resume_gives_up(Ra& ra) {
    ra.run = [&ra](const Drive& drive, const UpdateRequest& request, bool resuming) {
        if (!resuming) return drive(request, false);
        forget_order(ra);
        return Result<UpdateOutcome>(UpdateOutcome{});
    };
}
void never_confirms(Ra& ra) {
    skip<core::Confirm>(ra, always, [](const auto&, const auto&) { return core::Confirmed{}; });
}
void confirms_before_writing(Ra& ra) {
    ra.submit = [](CmPort& cm, ByteView encoded, const Order& order, const Submission& so_far,
                   const OfficerCredential& officer) {
        auto submission = cm.submit(encoded, order, so_far, officer);
        if (submission && submission->issued.confirmation_required)
            (void)cm.confirm(order, submission->issued, true, officer).has_value();
        return submission;
    };
}
void confirms_what_was_not_written(Ra& ra) {
    after<core::Confirm>(ra, [](const core::State&, core::Confirm& effect) { effect.accepted = true; });
}
void rejects_what_was_written(Ra& ra) {
    after<core::Confirm>(ra, [](const core::State&, core::Confirm& effect) { effect.accepted = false; });
}
void ignores_a_failed_confirmation(Ra& ra) {
    ra.confirm = [](CmPort& cm, const Order& order, const Issued& issued, bool accepted,
                    const OfficerCredential& officer) {
        (void)cm.confirm(order, issued, accepted, officer).has_value();
        return Result<void>{};
    };
}

}  // namespace

std::vector<Deviation> order_deviations() {
    return {
        {"leaves-the-tc-out", "The TC isn't sent with the order.", "The CM can't judge it.", "tc/redo:rsa-pin-1",
         leaves_the_tc_out},
        {"sends-the-other-tc", "The TC of another key is sent.", "The wrong TC is judged, or used up.",
         "tc/redo-both-keys", sends_the_other_tc},
        {"signs-with-another-key", "The request is signed with another key of the card.",
         "Possession of the wrong key is proved.", "tc/redo:rsa-pin-1", signs_with_another_key},
        {"signs-raw-ecdsa", "An ECDSA signature is passed on as it comes out of the card.",
         "Nobody else can verify it.", "tc/redo:ec-pin-2", signs_raw_ecdsa},
        {"signs-another-message", "What the card signs is not what is sent.", "The proof of possession fails.",
         "tc/redo:rsa-pin-1", signs_another_message},
        {"sends-a-new-order-after-silence", "When no answer comes, a new order is sent.",
         "Two certificates for one wish: the first was issued.", "cm/answer-lost", sends_a_new_order_after_silence},
        {"begins-anew-on-resume", "Resume is a new update.", "Two certificates for one wish.", "cm/answer-lost",
         begins_anew_on_resume},
        {"ignores-an-open-order", "A new update begins while the last order of the card is open.",
         "What the CM issued for the open one is forgotten.", "cm/order-open", ignores_an_open_order},
        {"writes-the-journal-too-late", "The order gets into the journal after it was sent.",
         "Whatever happens in between is lost.", "cm/answer-lost", writes_the_journal_too_late},
        {"forgets-what-failed", "An order that failed is taken out of the journal.",
         "Issued certificates never reach the card.", "interrupted/pulled:before-the-file", forgets_what_failed},
        {"forgets-what-is-pending", "An order that waits for approval is taken out of the journal.",
         "Once approved, nobody fetches it.", "procedure/approval", forgets_what_is_pending},
        {"never-closes-the-journal", "A finished order stays in the journal.",
         "The next update of that card is refused.", "actions/twice:redo-of-the-redone", never_closes_the_journal},
        {"resume-forgets-what-goes", "Resume writes the new certificate and leaves the one that it replaces.",
         "An interrupted Redo becomes an Add.", "interrupted/pulled:before-the-file", resume_forgets_what_goes},
        {"resume-only-confirms", "Resume tells the CM that all is written, and writes nothing.",
         "The CM and the card disagree.", "interrupted/pulled:before-the-file", resume_only_confirms},
        {"resume-gives-up", "Resume throws the order away and says ok.", "What was issued never reaches the card.",
         "interrupted/pulled:before-the-file", resume_gives_up},
        {"never-confirms", "The CM isn't told that the card was written.", "The certificate never becomes active.",
         "tc/redo:rsa-pin-1", never_confirms},
        {"confirms-before-writing", "The CM is told before the card is written.",
         "A certificate is active that is on no card.", "caught/pulled-for-good", confirms_before_writing},
        {"confirms-what-was-not-written", "The CM is told that all is well whatever became of it.",
         "A certificate is active that is on no card.", "faults/no-space:redo-on-a-full-card",
         confirms_what_was_not_written},
        {"rejects-what-was-written", "The CM is told that the certificates couldn't be written.",
         "The card holds revoked certificates.", "tc/redo:rsa-pin-1", rejects_what_was_written},
        {"ignores-a-failed-confirmation", "Whether the CM took the confirmation isn't looked at.",
         "The card holds certificates that the CM has revoked.", "cm/confirmation-refused",
         ignores_a_failed_confirmation},
    };
}

}  // namespace rakit::bad_ra
