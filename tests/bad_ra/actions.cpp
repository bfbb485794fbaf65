#include <algorithm>

#include "tests/bad_ra/bend.hpp"

// What the officer chose for a key, and what becomes of it.
namespace rakit::bad_ra {
namespace {

/// in_order changes each line of the order before its certificates are written, when the CM has heard of the right one.
template <class Bend>
void in_order(Ra& ra, Bend bend) {
    before<core::OrderIssued>(ra, [bend](core::State& state, const core::OrderIssued&) {
        for (auto& line : state.order.lines) bend(state, line);
    });
}

/// in_request changes what the officer chose, when the card has been read.
template <class Bend>
void in_request(Ra& ra, Bend bend) {
    before<core::JournalOpened>(ra, [bend](core::State& state, const core::JournalOpened&) {
        if (!state.resuming) bend(state);
    });
}

/// to_cm changes what the CM is told of each line.
template <class Bend>
void to_cm(Ra& ra, Bend bend) {
    const auto all = [bend](core::State&, auto& effect) {
        for (auto& line : effect.order.lines) bend(line);
    };
    after<core::EncodeOrder>(ra, all);
}

void stores_on_issue(Ra& ra) {
    in_order(ra, [](const core::State&, OrderLine& line) {
        if (line.action == "issue") line.action = "add";
    });
}
void keeps_the_tc(Ra& ra) {
    in_order(ra, [](const core::State&, OrderLine& line) {
        if (line.transport_certificate) line.replaces.reset();
    });
}
void redo_adds(Ra& ra) {
    in_order(ra, [](const core::State&, OrderLine& line) {
        if (!line.transport_certificate) line.replaces.reset();
    });
}
void add_replaces(Ra& ra) {
    in_order(ra, [](const core::State& state, OrderLine& line) {
        const auto* key = state.contents.key(line.key);
        if (line.action == "add" && !key->certificates.empty()) line.replaces = key->newest_certificate()->certificate;
    });
}
void add_clears_the_key(Ra& ra) {
    ra.plan_write = [](CardPort& card, const WriteOrder& wanted, UtcTime now) {
        auto more = wanted;
        auto contents = card.read_contents();
        if (contents)
            for (const auto& change : wanted.changes)
                if (const auto* key = contents->key(change.key); key != nullptr && !change.replaces)
                    for (const auto& stored : key->certificates)
                        more.changes.push_back({change.key, change.certificate, stored.certificate.sha256(), {}});
        return card.plan_write(more, now);
    };
    trust_the_card(ra);
}
void redo_takes_the_first(Ra& ra) {
    in_request(ra, [](core::State& state) {
        for (auto& choice : state.request.actions)
            if (const auto* key = state.contents.key(choice.key); key != nullptr && !choice.certificate)
                if (choice.action == Action::redo && !key->certificates.empty())
                    choice.certificate = key->certificates.front().certificate.serial_hex();
    });
}
void ignores_the_pick(Ra& ra) {
    in_request(ra, [](core::State& state) {
        for (auto& choice : state.request.actions) choice.certificate.reset();
    });
}
void sends_add_beside_a_tc(Ra& ra) {
    before<core::ContentsRead>(ra, [](const core::State& state, core::ContentsRead& event) {
        for (const auto& choice : state.request.actions)
            for (auto& key : event.contents.keys)
                if (key.id == choice.key && choice.action == Action::add)
                    for (auto& stored : key.certificates) stored.transport = false;
    });
}
void redoes_every_key(Ra& ra) {
    in_request(ra, [](core::State& state) {
        for (const auto& key : state.contents.keys) {
            const auto same = [&](const ActionChoice& choice) { return choice.key == key.id; };
            if (std::none_of(state.request.actions.begin(), state.request.actions.end(), same) && key.can_sign)
                state.request.actions.push_back({key.id, Action::redo, {}});
        }
    });
}
void does_the_first_key_alone(Ra& ra) {
    in_request(ra, [](core::State& state) {
        if (state.request.actions.size() > 1) state.request.actions.resize(1);
    });
}
void skips_unknown_keys(Ra& ra) {
    in_request(ra, [](core::State& state) {
        std::erase_if(state.request.actions,
                      [&](const ActionChoice& choice) { return state.contents.key(choice.key) == nullptr; });
        if (state.request.actions.empty()) state.request.actions.push_back({"45", Action::redo, {}});
    });
}
void hides_the_replaced(Ra& ra) {
    to_cm(ra, [](OrderLine& line) { line.replaces.reset(); });
}
void issue_sent_as_redo(Ra& ra) {
    to_cm(ra, [](OrderLine& line) {
        if (line.action == "issue") line.action = "redo";
    });
}
void redo_sent_as_issue(Ra& ra) {
    to_cm(ra, [](OrderLine& line) {
        if (line.action == "redo") line.action = "issue";
    });
}
void hands_nothing_out(Ra& ra) {
    ra.hand_out = [](Dialog&, const LineOutcome&) { return Result<void>{}; };
}
void hands_out_what_is_stored(Ra& ra) {
    after<core::HandOut>(ra, [](const core::State& state, core::HandOut& effect) {
        for (const auto& [key, certificate] : state.issued->certificates)
            if (std::none_of(effect.lines.begin(), effect.lines.end(),
                             [&](const auto& line) { return line.key == key; }))
                effect.lines.push_back({key, Action::issue, certificate, false});
    });
}
void hands_out_the_old(Ra& ra) {
    after<core::HandOut>(ra, [](const core::State& state, core::HandOut& effect) {
        for (auto& line : effect.lines)
            if (const auto* key = state.contents.key(line.key); key != nullptr && !key->certificates.empty())
                line.certificate = key->certificates.front().certificate;
    });
}

}  // namespace

std::vector<Deviation> action_deviations() {
    return {
        {"stores-on-issue", "The certificate of an Issue is written to the card.",
         "Issue is a secondary certificate: the card must stay byte-identical.", "actions/issue:one-key",
         stores_on_issue},
        {"keeps-the-tc", "Redo leaves the TC beside the new certificate.",
         "A card that still shows a TC counts as not yet handed out.", "tc/redo:rsa-pin-1", keeps_the_tc},
        {"redo-adds", "Redo of a real certificate leaves the old one on the card.", "Programs pick the revoked one.",
         "actions/redo:rsa-pin-1", redo_adds},
        {"add-replaces", "Add takes the newest certificate of the key away.",
         "The owner loses a certificate that is still in use.", "actions/add:rsa-pin-1", add_replaces},
        {"add-clears-the-key", "Add takes all certificates of the key away.",
         "Mail that was encrypted for them can't be read any more.", "actions/add:fourth-on-a-key", add_clears_the_key},
        {"redo-takes-the-first", "With nothing picked, Redo replaces the first certificate of the directory.",
         "The first is the oldest, not the one that runs out.", "actions/redo-picked:unpicked-newest",
         redo_takes_the_first},
        {"ignores-the-pick", "Redo replaces the newest, whatever the officer picked.",
         "Another certificate than the officer's choice is gone and revoked.", "actions/redo-picked:first",
         ignores_the_pick},
        {"sends-add-beside-a-tc", "Add on a key with a TC is sent to the CM.",
         "The refusal must come before anything leaves the RA.", "tc/add-refused:rsa", sends_add_beside_a_tc},
        {"redoes-every-key", "Keys without an action are redone too.",
         "Blank means that the key's objects stay byte-identical.", "tc/redo:rsa-pin-1", redoes_every_key},
        {"does-the-first-key-alone", "Of several actions only the first is done.",
         "The officer is told that all went well.", "tc/redo-both-keys", does_the_first_key_alone},
        {"skips-unknown-keys", "An action on a key that the card hasn't is dropped, another key taken.",
         "A mistyped key changes the wrong one.", "actions/unknown-key", skips_unknown_keys},
        {"hides-the-replaced", "The CM isn't told which certificate Redo replaces.",
         "The old certificate is never revoked.", "actions/redo:rsa-pin-1", hides_the_replaced},
        {"issue-sent-as-redo", "The CM is told Redo where the officer chose Issue.",
         "The TC is used up though it stays on the card.", "tc/issue:rsa-pin-1", issue_sent_as_redo},
        {"redo-sent-as-issue", "The CM is told Issue where the officer chose Redo.",
         "The TC stays valid for another exchange.", "tc/redo:rsa-pin-1", redo_sent_as_issue},
        {"hands-nothing-out", "The certificate of an Issue is not handed out.",
         "It is on no card either: nobody has it.", "actions/issue:one-key", hands_nothing_out},
        {"hands-out-what-is-stored", "Certificates that were written to the card are handed out as files too.",
         "The officer passes on what nobody asked for.", "tc/redo:rsa-pin-1", hands_out_what_is_stored},
        {"hands-out-the-old", "The file handed out on Issue is the certificate that the key had.",
         "The owner installs an old certificate, or a TC.", "fields/in-the-certificate:name-alone", hands_out_the_old},
    };
}

}  // namespace rakit::bad_ra
