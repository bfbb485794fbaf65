#include "tests/bad_ra/bend.hpp"

// Which card it is, and what the RA believes of it.
namespace rakit::bad_ra {
namespace {

/// once keeps the contents as they were read first, however often the card is read.
void keep_first(Ra& ra) {
    ra.read_contents = [&memory = ra.memory](CardPort& card) {
        auto read = card.read_contents();
        if (read && !memory.contents) memory.contents = *read;
        return read;
    };
}

/// identity_from has `bend` change the identity that is read before signing and before writing.
template <class Bend>
void compare_wrongly(Ra& ra, Bend bend) {
    keep_first(ra);
    ra.read_identity = [&memory = ra.memory, bend](CardPort& card) {
        auto identity = card.read_identity();
        if (identity && memory.contents) bend(*identity, memory.contents->identity(), ++memory.count);
        return identity;
    };
}

void compares_nothing(Ra& ra) {
    compare_wrongly(ra, [](CardIdentity& read, const CardIdentity& first, int) { read = first; });
}
void compares_no_more_after_submitting(Ra& ra) {
    compare_wrongly(ra, [](CardIdentity& read, const CardIdentity& first, int count) {
        if (count > 1) read = first;
    });
}
void compares_serials_alone(Ra& ra) {
    compare_wrongly(ra, [](CardIdentity& read, const CardIdentity& first, int) { read.keys = first.keys; });
}
void reads_once(Ra& ra) {
    ra.read_contents = [&memory = ra.memory](CardPort& card) -> Result<Contents> {
        auto read = card.read_contents();
        if (!read) return read;
        if (!memory.contents) memory.contents = *read;
        return *memory.contents;
    };
    ra.read_identity = [&memory = ra.memory](CardPort&) -> Result<CardIdentity> { return memory.contents->identity(); };
    trust_the_card(ra);
}
void never_lets_go(Ra& ra) {
    ra.unlock = [](CardPort&) {};
    ra.lock = [](CardPort& card) {
        card.unlock();
        return card.lock();
    };
}
void tells_another_serial(Ra& ra) {
    after<core::EncodeOrder>(ra, [](const core::State&, core::EncodeOrder& effect) {
        effect.order.card_serial = std::string(effect.order.card_serial.rbegin(), effect.order.card_serial.rend());
    });
}
void tells_one_profile(Ra& ra) {
    after<core::Prepare>(ra, [](const core::State&, core::Prepare& effect) { effect.order.card_profile = "piv"; });
}
void takes_the_officers_card(Ra& ra) {
    before<core::Started>(ra, [](const core::State&, core::Started& event) { event.officer_cards.clear(); });
}
void asks_for_signature_usage(Ra& ra) {
    before<core::ContentsRead>(ra, [](const core::State&, core::ContentsRead& event) {
        for (auto& key : event.contents.keys) key.usage = {"digitalSignature"};
    });
}
void finds_no_tc(Ra& ra) {
    before<core::ContentsRead>(ra, [](const core::State&, core::ContentsRead& event) {
        for (auto& key : event.contents.keys)
            for (auto& stored : key.certificates) stored.transport = false;
    });
}

}  // namespace

std::vector<Deviation> card_deviations() {
    return {
        {"compares-nothing", "The card is not compared again before anything is signed or written.",
         "A card put in meanwhile gets the first one's PIN and certificate.", "devices/card-swapped:at-the-card-pin",
         compares_nothing},
        {"compares-no-more-after-submitting", "The card is compared before signing, but not before writing.",
         "The CM takes its time; the card that is in afterwards may be another.",
         "devices/card-swapped-late:before-its-answer", compares_no_more_after_submitting},
        {"compares-serials-alone", "Of the card's identity only the serial number is compared.",
         "A key generated anew meanwhile gets a certificate of the old one.", "caught/card-swapped-same-serial",
         compares_serials_alone},
        {"reads-once", "Contents are read once and kept, over a Reload too.",
         "The officer acts on what an earlier card held.", "devices/reloaded-after-a-swap", reads_once},
        {"never-lets-go", "The PC/SC transaction is held over prompts and requests.",
         "No other program reaches the card, and a verified PIN stays open.", "tc/redo:rsa-pin-1", never_lets_go},
        {"tells-another-serial", "The order names another card than the one it was made for.",
         "The CM books the certificate on somebody else's card.", "tc/redo:rsa-pin-1", tells_another_serial},
        {"tells-one-profile", "The CM is told one storage profile, whatever the card is.",
         "Procedures for that card can't be used, or the wrong ones can.", "procedure/refused:other-storage-profile",
         tells_one_profile},
        {"takes-the-officers-card", "The officer's own card is taken for the one to update.",
         "The officer loses the credential that signs.", "caught/officers-own-card", takes_the_officers_card},
        {"asks-for-signature-usage", "Every key is announced with the usage digitalSignature.",
         "The certificate doesn't fit what the key may do.", "procedure/no-certificate-procedure",
         asks_for_signature_usage},
        {"finds-no-tc", "No TC is recognised.", "A card not yet handed out is updated without its controls.",
         "tc/redo:rsa-pin-1", finds_no_tc},
    };
}

}  // namespace rakit::bad_ra
