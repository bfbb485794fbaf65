// Signatures of a card that the user named: case 56. Keys are used, nothing is written.
#include <fmt/format.h>

#include "certify/core/latency.hpp"
#include "certify/suite/procedures.hpp"
#include "common/ossl/keys.hpp"
#include "reference/card/channel.hpp"

namespace rakit::certify {
namespace {

/// RawAccess lets the reference's card profiles speak over a handle of ours.
class RawAccess final : public reference::ExclusiveAccess {
public:
    explicit RawAccess(Handle& card) : x_card(card) { x_card.begin(); }
    ~RawAccess() override { x_card.end(SCARD_RESET_CARD); }  // what was verified ends with it
    RawAccess(const RawAccess&) = delete;
    RawAccess& operator=(const RawAccess&) = delete;
    Result<Bytes> transmit(ByteView command) override {
        auto reply = x_card.transmit(command);
        if (reply.status != SCARD_S_SUCCESS) return fail(ErrorCode::io_failed, status_name(reply.status));
        return std::move(reply.bytes);
    }
    void reset_when_done() override {}

private:
    Handle& x_card;
};

bool verifies(const Bytes& spki, ByteView message, ByteView signature) {
    const auto key = ossl::parse_spki(spki);
    const ossl::DigestContext context(EVP_MD_CTX_new());
    return key && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key->get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

bool elliptic(ossl::KeyType type) { return ossl::name(type).starts_with("ec"); }

/// Signer makes signatures with one key of the card.
struct Signer {
    const Bench& bench;
    const reference::CardProfile& profile;
    reference::ApduChannel& channel;
    const reference::Contents& contents;
    int errors = 0, wrong = 0, made = 0;

    /// pin_of gives the key's PIN if the user gave it; `ready` is false where one is wanted and there is none.
    const Pin* pin_of(const reference::KeyLine& key, bool& ready) const {
        ready = key.can_sign;
        if (key.pin.empty()) return nullptr;
        const auto found = bench.pins == nullptr ? PinsById::const_iterator() : bench.pins->find(key.pin);
        ready = ready && bench.pins != nullptr && found != bench.pins->end() && contents.pin(key.pin) != nullptr;
        return ready ? &found->second : nullptr;
    }

    void sign(const reference::KeyLine& key, const Pin* pin, int wanted, Facts& facts) {
        std::vector<double> samples;
        const Bytes message = to_bytes("what a reader is judged by");
        for (int i = 0; i < wanted && errors == 0; ++i) {
            if (pin != nullptr && (i == 0 || key.user_consent) &&
                !profile.verify(channel, *contents.pin(key.pin), *pin)) {
                ++errors;
                break;
            }
            const auto from = Steady::now();
            const auto signature = profile.sign(channel, key, message);
            samples.push_back(us_since(from));
            ++made;
            if (!signature) ++errors;
            if (signature && !verifies(key.spki, message, *signature)) ++wrong;
        }
        const auto sum = distribution(std::move(samples));
        const std::string of = elliptic(key.type) ? "ec" : "rsa";
        facts.put(of + "_key", fmt::format("{} {}", key.id, ossl::name(key.type)));
        facts.put(of + "_count", sum.count);
        facts.put(of + "_p50_us", sum.p50_us);
        facts.put(of + "_p99_us", sum.p99_us);
        facts.put(of + "_curve_us", sum.curve);
    }
};

const reference::CardProfile* profile_of(const std::string& name) {
    for (const auto* profile : reference::card_profiles())
        if (profile->name() == name) return profile;
    return nullptr;
}

}  // namespace

void signatures(const Bench& bench, Facts& facts) {
    const auto* profile = profile_of(bench.profile);
    if (profile == nullptr)
        return facts.not_applicable(
            "the tester card makes no signatures: run with --card piv or --card pkcs15, and such a card");
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    RawAccess access(seat.card);
    NoTrace trace;
    const auto channel = reference::make_channel(access, trace);
    const auto contents = profile->read_contents(*channel, bench.atr, {});
    if (!contents) return facts.put("contents", to_string(contents.error()));
    Signer signer{bench, *profile, *channel, *contents};
    for (const auto& key : contents->keys) {
        bool ready = false;
        const auto* pin = signer.pin_of(key, ready);
        if (ready && !facts.has(elliptic(key.type) ? "ec_key" : "rsa_key"))
            signer.sign(key, pin, bench.count(10, 100), facts);
    }
    if (signer.made == 0 && signer.errors == 0)
        return facts.not_applicable("no key of the card can be used: give its PINs with --pin-fd");
    facts.put("signatures", signer.made);
    facts.put("errors", signer.errors);
    facts.put("wrong", signer.wrong);
}

}  // namespace rakit::certify
