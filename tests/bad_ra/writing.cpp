#include <algorithm>
#include <array>

#include "tests/bad_ra/bend.hpp"

// What is written to the card, and in which order.
namespace rakit::bad_ra {
namespace {

using Kind = WriteStep::Kind;

/// in_plan changes the steps before the first is done.
template <class Bend>
void in_plan(Ra& ra, Bend bend) {
    after<core::WriteSteps>(
        ra, [bend](const core::State& state, core::WriteSteps& effect) { bend(state, effect.plan.steps); });
}

/// in_changes changes what the card's plan is made for.
template <class Bend>
void in_changes(Ra& ra, Bend bend) {
    after<core::PlanWrite>(ra,
                           [bend](const core::State& state, core::PlanWrite& effect) { bend(state, effect.wanted); });
    trust_the_card(ra);
}

/// exchange replaces one run of octets by another of the same length, wherever it is found in the steps.
void exchange(std::vector<WriteStep>& steps, const Bytes& old, const Bytes& fresh) {
    for (auto& step : steps) {
        auto& data = step.command.data;
        auto at = data.begin();
        while ((at = std::search(at, data.end(), old.begin(), old.end())) != data.end())
            at = std::copy(fresh.begin(), fresh.end(), at);
    }
}

int rank(Kind kind, std::array<Kind, 3> order) {
    return static_cast<int>(std::find(order.begin(), order.end(), kind) - order.begin());
}

void deletes_first(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        std::stable_sort(steps.begin(), steps.end(), [](const WriteStep& a, const WriteStep& b) {
            constexpr std::array kOrder{Kind::tidy, Kind::prepare, Kind::commit};
            return rank(a.kind, kOrder) < rank(b.kind, kOrder);
        });
    });
}
void commits_first(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        const auto commit =
            std::find_if(steps.begin(), steps.end(), [](const auto& step) { return step.kind == Kind::commit; });
        // With the SELECT before it.
        if (commit != steps.end() && commit - steps.begin() > 1) std::rotate(steps.begin(), commit - 1, commit + 1);
    });
}
void never_commits(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        std::erase_if(steps, [](const WriteStep& step) { return step.kind != Kind::prepare; });
    });
    trust_the_card(ra);
}
void forgets_last_update(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        std::erase_if(steps, [](const WriteStep& step) { return step.what.rfind("lastUpdate", 0) == 0; });
    });
}
void writes_the_wrong_id(Ra& ra) {
    in_plan(ra, [](const core::State& state, std::vector<WriteStep>& steps) {
        for (const auto& line : state.order.lines)
            for (const auto& key : state.contents.keys)
                if (key.id != line.key) {
                    exchange(steps, *from_hex("0401" + line.key), *from_hex("0401" + key.id));
                    return;
                }
    });
    trust_the_card(ra);
}
void copies_the_old_serial(Ra& ra) {
    in_plan(ra, [](const core::State& state, std::vector<WriteStep>& steps) {
        for (const auto& line : state.order.lines)
            for (const auto& [key, certificate] : state.issued->certificates) {
                if (key != line.key || !line.replaces) continue;
                std::vector<WriteStep> directory;
                for (auto& step : steps)
                    if (step.what.rfind("directory", 0) == 0) {
                        directory = {step};
                        exchange(directory, *from_hex(certificate.serial_hex()),
                                 *from_hex(line.replaces->serial_hex()));
                        step = directory.front();
                    }
            }
    });
}
void writes_the_wrong_slot(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        exchange(steps, {0x5F, 0xC1, 0x05}, {0x5F, 0xC1, 0x0B});
    });
    trust_the_card(ra);
}
void says_compressed(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        exchange(steps, {0x71, 0x01, 0x00}, {0x71, 0x01, 0x01});
    });
    trust_the_card(ra);
}
void empties_the_slot_first(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        const auto put =
            std::find_if(steps.begin(), steps.end(), [](const WriteStep& step) { return step.command.ins == 0xDB; });
        if (put == steps.end() || put->command.data.size() < 5) return;
        WriteStep empty = *put;
        empty.command.data.resize(5);  // 5C 03 and the object's tag
        append(empty.command.data, Bytes{0x53, 0x00});
        steps.insert(put, std::move(empty));
    });
}
void cuts_the_certificate(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        WriteStep* last = nullptr;
        for (auto& step : steps)
            if (step.what.rfind("certificate", 0) == 0 && step.command.ins == 0xD6) last = &step;
        if (last != nullptr) std::fill(last->command.data.end() - 4, last->command.data.end(), 0xFF);
    });
    trust_the_card(ra);
}
void leaves_a_file(Ra& ra) {
    in_plan(ra, [](const core::State&, std::vector<WriteStep>& steps) {
        const auto create =
            std::find_if(steps.begin(), steps.end(), [](const WriteStep& step) { return step.command.ins == 0xE0; });
        if (create == steps.end()) return;
        WriteStep another = *create;
        another.kind = Kind::tidy;
        constexpr std::array<std::uint8_t, 2> kFileId{0x83, 0x02};  // ISO/IEC 7816-4 table 12
        auto& fcp = another.command.data;
        const auto id = std::search(fcp.begin(), fcp.end(), kFileId.begin(), kFileId.end());
        if (fcp.end() - id < 4) return;
        id[3] = 0x7F;
        steps.push_back(std::move(another));
    });
}
void reads_nothing_back(Ra& ra) { trust_the_card(ra); }
void ignores_status_words(Ra& ra) {
    ra.send = [](CardPort& card, const WriteStep& step) {
        auto sent = card.send(step);
        if (!sent && sent.error().code == ErrorCode::card_write_failed) return Result<void>{};
        return sent;
    };
    trust_the_card(ra);
}
void takes_a_pulled_card_for_written(Ra& ra) {
    ra.send = [](CardPort& card, const WriteStep& step) {
        (void)card.send(step).has_value();
        return Result<void>{};
    };
    trust_the_card(ra);
}
void writes_each_others(Ra& ra) {
    in_changes(ra, [](const core::State&, WriteOrder& wanted) {
        for (std::size_t i = 0; i + 1 < wanted.changes.size(); ++i)
            std::swap(wanted.changes[i].certificate, wanted.changes[i + 1].certificate);
    });
}
void writes_on_every_key(Ra& ra) {
    in_changes(ra, [](const core::State& state, WriteOrder& wanted) {
        const auto first = wanted.changes.front();
        for (const auto& key : state.contents.keys)
            if (key.id != first.key && wanted.changes.size() == 1)
                wanted.changes.push_back({key.id, first.certificate, {}, key.label});
    });
}
void writes_the_issuer(Ra& ra) {
    in_changes(ra, [](const core::State& state, WriteOrder& wanted) {
        for (auto& change : wanted.changes)
            if (!state.contents.ca_certificates.empty()) change.certificate = state.contents.ca_certificates.front();
    });
}
void clears_every_old_certificate(Ra& ra) {
    in_changes(ra, [](const core::State& state, WriteOrder& wanted) {
        const auto asked = wanted.changes;
        for (const auto& change : asked)
            if (const auto* key = state.contents.key(change.key); key != nullptr && change.replaces)
                for (const auto& stored : key->certificates)
                    if (stored.certificate.sha256() != *change.replaces)
                        wanted.changes.push_back({change.key, change.certificate, stored.certificate.sha256(), {}});
    });
}
void clears_the_ca_certificates(Ra& ra) {
    in_changes(ra, [](const core::State&, WriteOrder& wanted) {
        if (wanted.ca_certificates) wanted.ca_certificates->clear();
    });
}
void keeps_the_old_ca(Ra& ra) {
    in_changes(ra, [](const core::State&, WriteOrder& wanted) { wanted.ca_certificates.reset(); });
}
void refuses_no_full_card(Ra& ra) {
    before<core::Failed>(ra, [](const core::State& state, core::Failed& event) {
        if (state.stage == core::Stage::writing || state.stage == core::Stage::planning)
            event.error.code = ErrorCode::card_write_failed;
    });
}

}  // namespace

std::vector<Deviation> writing_deviations() {
    return {
        {"deletes-first", "The old certificate goes before the new one is there.",
         "A card pulled in between has none (OpenSC issue 2237).", "interrupted/pulled:at-the-first-write",
         deletes_first},
        {"commits-first", "The directory is switched before the new one is written.",
         "A card pulled in between can't be read.", "interrupted/pulled:before-the-file", commits_first},
        {"never-commits", "The certificate is written, and no directory names it.", "Programs don't find it.",
         "tc/redo:rsa-pin-1", never_commits},
        {"forgets-last-update", "lastUpdate stays as it was.",
         "Programs go on with what they keep of the card (OpenSC issues 3276, 3593).",
         "actions/last-update:redo-with-the-op-pin", forgets_last_update},
        {"writes-the-wrong-id", "The new directory entry has another key's id.",
         "The certificate is found with the wrong key (OpenSC issue 1613).", "tc/redo:rsa-pin-1", writes_the_wrong_id},
        {"copies-the-old-serial", "The directory entry keeps the old certificate's serial number.",
         "Programs that look certificates up by issuer and serial number don't find it.",
         "caught/copies-in-the-directory", copies_the_old_serial},
        {"writes-the-wrong-slot", "The certificate is written into another slot of a PIV card.",
         "Log-on takes a certificate without its key.", "piv/redo:authentication", writes_the_wrong_slot},
        {"says-compressed", "CertInfo says that the certificate is compressed, and it isn't.",
         "No program can read it.", "piv/redo:authentication", says_compressed},
        {"empties-the-slot-first", "A PIV slot is emptied before it is written.",
         "A card pulled in between has no certificate.", "caught/piv-pulled", empties_the_slot_first},
        {"cuts-the-certificate", "The certificate's last octets aren't written.", "Its signature doesn't verify.",
         "tc/redo:rsa-pin-1", cuts_the_certificate},
        {"reads-nothing-back", "What was written is not read again.", "A card that only says so is believed.",
         "caught/lying-card", reads_nothing_back},
        {"leaves-a-file", "A file that nothing refers to stays on the card.", "It eats space, update by update.",
         "tc/redo:rsa-pin-1", leaves_a_file},
        {"ignores-status-words", "A refused write goes unnoticed.", "Half a certificate counts as one.",
         "faults/while-writing:out-of-memory-at-the-second-write", ignores_status_words},
        {"takes-a-pulled-card-for-written", "A card pulled in the middle counts as written.",
         "The CM activates what is on no card.", "interrupted/pulled:at-the-first-write",
         takes_a_pulled_card_for_written},
        {"writes-each-others", "Each of two keys gets the other's certificate.", "Neither of them works.",
         "tc/redo-both-keys", writes_each_others},
        {"writes-on-every-key", "The new certificate is written on every key.", "Other keys get one that isn't theirs.",
         "tc/redo:rsa-pin-1", writes_on_every_key},
        {"writes-the-issuer", "The CA's certificate is written instead of the owner's.", "The key has no certificate.",
         "actions/redo:rsa-pin-1", writes_the_issuer},
        {"clears-every-old-certificate", "Redo takes all certificates of the key away.",
         "Mail that was encrypted for them can't be read any more.", "actions/redo-picked:first",
         clears_every_old_certificate},
        {"clears-the-ca-certificates", "Replace CA takes the old ones away and writes none.",
         "No certificate on the card can be verified.", "ca/chain:the-same", clears_the_ca_certificates},
        {"keeps-the-old-ca", "Replace CA does nothing.", "The new certificate's issuer is not on the card.",
         "ca/chain:changed-and-replaced", keeps_the_old_ca},
        {"refuses-no-full-card", "A full card is taken for any failed write.",
         "The CM is never told that the certificate can't be stored.", "faults/no-space:redo-on-a-full-card",
         refuses_no_full_card},
    };
}

}  // namespace rakit::bad_ra
