#include <openssl/cms.h>

#include <algorithm>

#include "tests/bad_ra/bend.hpp"

// What the RA takes from the CM without looking.
namespace rakit::bad_ra {
namespace {

/// bag gives the certificates of a SignedData that no CA has signed itself for, in their order; nothing is verified.
std::vector<x509::Certificate> bag(ByteView message) {
    const std::uint8_t* at = message.data();
    const std::unique_ptr<CMS_ContentInfo, decltype(&CMS_ContentInfo_free)> cms(
        d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(message.size())), &CMS_ContentInfo_free);
    std::vector<x509::Certificate> found;
    STACK_OF(X509)* all = cms ? CMS_get1_certs(cms.get()) : nullptr;
    for (int i = 0; i < sk_X509_num(all); ++i) {
        unsigned char* der = nullptr;
        const int size = i2d_X509(sk_X509_value(all, i), &der);
        auto one = x509::Certificate::parse(ByteView(der, static_cast<std::size_t>(size)));
        OPENSSL_free(der);
        // The one that signed the answer is no end user's.
        if (one && !one->is_ca() && !one->subject_der().empty()) found.push_back(*std::move(one));
    }
    sk_X509_pop_free(all, X509_free);
    return found;
}

/// taken makes what a trusting RA makes of the answer: the certificate of the line's key, or whatever comes next.
Submission taken(ByteView answer, const Order& order) {
    Submission submission;
    submission.issued.confirmation_required = true;
    auto left = bag(answer);
    for (const auto& line : order.lines) {
        auto found = std::find_if(left.begin(), left.end(), [&](const auto& one) { return one.spki() == line.spki; });
        if (found == left.end()) found = left.begin();
        if (found == left.end()) break;
        submission.issued.certificates.emplace_back(line.key, *found);
        left.erase(found);
    }
    return submission;
}

/// overlook has the RA go on where the right one stops with this code and these words.
void overlook(Ra& ra, ErrorCode code, const std::string& words) {
    ra.submit = [&ra, code, words](CmPort& cm, ByteView encoded, const Order& order, const Submission& so_far,
                                   const OfficerCredential& officer) -> Result<Submission> {
        auto submission = cm.submit(encoded, order, so_far, officer);
        if (submission || submission.error().code != code) return submission;
        if (submission.error().detail.find(words) == std::string::npos) return submission;
        return taken(ra.memory.answer, order);
    };
    before<core::OrderIssued>(ra, [](core::State& state, const core::OrderIssued& event) {
        for (auto& line : state.order.lines)
            for (const auto& [key, certificate] : event.submission.issued.certificates)
                if (key == line.key) line.spki = certificate.spki();
    });
}

void takes_another_keys_certificate(Ra& ra) { overlook(ra, ErrorCode::cm_answer_mismatch, "another key"); }
void takes_another_transaction(Ra& ra) { overlook(ra, ErrorCode::cm_answer_mismatch, "another transaction"); }
void takes_an_old_answer(Ra& ra) { overlook(ra, ErrorCode::cm_answer_mismatch, "nonce"); }
void needs_no_status(Ra& ra) { overlook(ra, ErrorCode::cm_answer_invalid, "no status"); }
void trusts_every_ca(Ra& ra) { overlook(ra, ErrorCode::cm_untrusted, ""); }
void takes_tomorrows_certificates(Ra& ra) { overlook(ra, ErrorCode::cm_answer_invalid, "not valid yet"); }

void asks_nothing_beforehand(Ra& ra) {
    skip<core::Prepare>(ra, always, [](const auto&, const auto&) {
        PrepareAnswer answer;
        answer.confirmation = true;
        return core::Prepared{answer};
    });
}
void matches_by_position(Ra& ra) {
    before<core::CheckpointWritten>(ra, [](core::State& state, const core::CheckpointWritten&) {
        if (state.stage != core::Stage::saving_issued || state.issued->certificates.size() < 2) return;
        auto& all = state.issued->certificates;
        for (std::size_t i = 0; i + 1 < all.size(); ++i) std::swap(all[i].second, all[i + 1].second);
    });
}
void blames_the_cm(Ra& ra) {
    after<core::Finish>(ra, [](const core::State&, core::Finish& effect) {
        if (effect.error && effect.error->code < ErrorCode::cm_maintenance) effect.error->code = ErrorCode::cm_internal;
    });
}

}  // namespace

std::vector<Deviation> answer_deviations() {
    return {
        {"takes-another-keys-certificate", "The answer's certificate isn't compared with the key.",
         "A certificate without its key is on the card.", "cm/answer-not-ours:certificate-of-another-key",
         takes_another_keys_certificate},
        {"takes-another-transaction", "An answer to another order is accepted.",
         "Somebody else's certificate is written.", "cm/answer-not-ours:other-transaction", takes_another_transaction},
        {"takes-an-old-answer", "The nonce in the answer isn't compared.", "A replayed answer is accepted.",
         "cm/answer-not-ours:stale-nonce", takes_an_old_answer},
        {"needs-no-status", "An answer without a status counts as success.", "What the CM decided is guessed.",
         "cm/answer-not-ours:no-status", needs_no_status},
        {"trusts-every-ca", "The answer's chain isn't verified.", "Anybody in between can issue.",
         "cm/wrong-certificates:wrong-ca", trusts_every_ca},
        {"takes-tomorrows-certificates", "The validity of what was issued isn't looked at.",
         "The owner can't use the card.", "cm/wrong-certificates:not-yet-valid", takes_tomorrows_certificates},
        {"asks-nothing-beforehand", "The CM isn't asked what the dialog needs.",
         "Refusals come after the owner has typed the PIN.", "officer/refused:role-missing", asks_nothing_beforehand},
        {"matches-by-position", "Certificates are matched to keys by their place in the answer.",
         "The bag is unordered: each key gets the other's certificate.", "tc/redo-both-keys", matches_by_position},
        {"blames-the-cm", "Every refusal is shown as an internal error of the CM.",
         "Nobody learns what to do about it.", "tc/controls:expired", blames_the_cm},
    };
}

}  // namespace rakit::bad_ra
