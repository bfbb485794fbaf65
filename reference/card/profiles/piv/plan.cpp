#include <algorithm>

#include "reference/card/images.hpp"
#include "reference/card/profiles/piv/commands.hpp"
#include "reference/card/profiles/piv/profile.hpp"

// A slot's certificate is one data object, and PUT DATA replaces it whole: nothing can be prepared beside it, and no
// octet commits it. So the plan says what each object held, and what is torn is written again, or put back.
namespace rakit::reference::piv {
namespace {

/// read_present reads an object as it stands; one that can't be taken apart counts as torn: it has content no reader
/// understands.
Result<std::optional<Bytes>> read_present(ApduChannel& card, const Slot& slot) {
    auto content = get_data(card, slot.object);
    if (content || content.error().code != ErrorCode::card_content_invalid) return content;
    return std::optional<Bytes>(Bytes{0x00});
}

/// old_or_torn tells whether an object may be overwritten: it holds what is to be replaced, or what an interrupted
/// write of the same order left.
Result<void> old_or_torn(const CertificateChange& change, const Bytes& present, const ObjectImage* image,
                         ByteView wanted) {
    if (image != nullptr) {
        if (present == image->content || is_torn(present, image->content, wanted)) return {};
        if (!read_certificate(present)) return {};  // a shorter write may have left anything
        return fail(Error{ErrorCode::card_changed,
                          "slot " + change.key + " was written by somebody else meanwhile",
                          {},
                          {},
                          "look at the card, then abandon the order or put the certificate back",
                          change.key});
    }
    if (present.empty() && !change.replaces) return {};
    const auto certificate = read_certificate(present);
    if (change.replaces && certificate && certificate->sha256() == *change.replaces) return {};
    if (!change.replaces)
        return fail(
            Error{ErrorCode::add_not_possible, "a PIV slot holds one certificate", {}, {}, "use redo", change.key});
    return fail(ErrorCode::certificate_unknown,
                "slot " + change.key + " has neither the certificate to replace nor the new one");
}

Result<void> plan_change(ApduChannel& card, const CertificateChange& change, const WriteOrder& order, WritePlan& plan) {
    const auto* slot = slot_named(change.key);
    if (slot == nullptr) return fail(ErrorCode::key_unknown, "PIV has no slot " + change.key);
    auto content = read_present(card, *slot);
    if (!content) return fail(content.error());
    const Bytes present = content->value_or(Bytes{});
    const Bytes wanted = encode_certificate(change.certificate);
    const auto* image = find_image(order.images, place_of(*slot));
    if (order.undo && image == nullptr) return {};
    const Bytes& target = order.undo ? image->content : wanted;
    if (present == target) {
        if (image != nullptr) plan.images.push_back(*image);
        return {};
    }
    if (!(order.undo && present == wanted)) {
        auto allowed = old_or_torn(change, present, image, wanted);
        if (!allowed) return allowed;
    }
    plan.images.push_back(image != nullptr ? *image : ObjectImage{place_of(*slot), present, {change.key}});
    plan.steps.push_back({WriteStep::Kind::commit,
                          "certificate " + change.key + (order.undo ? " back into " : " into ") + place_of(*slot),
                          put_data(slot->object, target)});
    return {};
}

}  // namespace

Result<WritePlan> Profile::plan_write(ApduChannel& card, const WriteOrder& wanted, UtcTime) const {
    if (wanted.ca_certificates) return fail(ErrorCode::unsupported, "a PIV card has no place for CA certificates");
    WritePlan plan;
    for (const auto& change : wanted.changes) {
        auto done = plan_change(card, change, wanted, plan);
        if (!done) return fail(done.error());
    }
    return plan;
}

}  // namespace rakit::reference::piv
