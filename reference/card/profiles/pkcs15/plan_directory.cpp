#include <algorithm>

#include "reference/card/images.hpp"
#include "reference/card/profiles/pkcs15/planner.hpp"

// How a new directory takes the old one's place.
namespace rakit::reference::pkcs15 {
namespace {

constexpr std::size_t kLargestFile = 0x7FFF;
constexpr std::size_t kDirectoryGrowth = 512;
constexpr std::uint8_t kEntryTag = 0x30;

}  // namespace

bool Planner::switchable(const Work& work) const {
    const auto& path = directory(work).directory.path;
    return path.octets.size() >= 2 && !path.index && x_rights.allows(x_layout.odf_info.update_right()) &&
           !work.spares.empty();
}

Result<void> Planner::switch_directory(Work& work, ByteView content) {
    const std::size_t needed =
        content.size() <= directory(work).info.size ? directory(work).info.size : content.size() + kDirectoryGrowth;
    if (needed > kLargestFile)
        return fail(ErrorCode::card_full, "the certificate directory is longer than a file can be");
    auto spare = std::ranges::find_if(work.spares, [&](const Spare& one) {
        return !one.info || x_rights.allows(one.info->delete_right()) ||
               (one.info->size >= needed && x_rights.allows(one.info->update_right()));
    });
    if (spare == work.spares.end()) return rewrite_directory(work, content);
    const Bytes next = spare_path(work, spare->fid);
    const ByteView folder = ByteView(next).first(next.size() - 2);
    if (spare->info && (spare->info->size < needed || !x_rights.allows(spare->info->update_right()))) {
        x_steps.remove(Kind::prepare, next);
        spare->info.reset();
        spare->content.clear();
    }
    if (!spare->info) {
        // With the right to delete: else the copy after this one could not take it away.
        x_steps.create(Kind::prepare, folder, spare->fid, needed, access_like_directory(work));
    }
    Bytes image(content.begin(), content.end());
    image.resize(spare->info ? spare->info->size : needed, 0x00);
    x_steps.fill(Kind::prepare, "directory into " + to_hex(next), next, image, spare->content);
    x_steps.select(Kind::prepare, x_layout.odf_path());
    const auto& entry = directory(work).directory;
    x_steps.put(Kind::commit, "directory " + to_hex(next) + " instead of " + to_hex(directory(work).path),
                entry.octets_offset + entry.path.octets.size() - 1, ByteView(next).last(1));
    // What takes the old one's place as a spare is the old one.
    work.spares.erase(spare);
    work.spares.push_back({fid_of(directory(work).path), directory(work).info, directory(work).content});
    return {};
}

/// rewrite_directory is for cards whose ODF can't be switched: one entry can still be added by one octet; any other
/// change is written over what is there, and only the image makes that safe.
Result<void> Planner::rewrite_directory(Work& work, ByteView content) {
    const auto& present = work.present;
    if (content.size() > present.size())
        return fail(ErrorCode::card_full, "the certificate directory has no room for another entry");
    if (!x_rights.allows(directory(work).info.update_right()))
        return fail(ErrorCode::unsupported, "the certificate directory can't be written on this card");
    Bytes image(content.begin(), content.end());
    image.resize(present.size(), 0x00);
    work.spares.clear();  // files of such names are not ours on this card
    const Bytes& path = directory(work).path;
    const std::string what = "directory " + to_hex(path);
    const auto added = std::ranges::count_if(work.entries, [](const Entry& entry) { return entry.wanted != nullptr; });
    const bool appends =
        content.size() > work.end && equal_bytes(content.first(work.end), ByteView(present).first(work.end));
    if (appends && added == 1 && work.image == nullptr) {
        // Under a zero tag the entry is not there; its tag makes it real.
        image[work.end] = 0x00;
        x_steps.fill(Kind::prepare, what, path, image, present);
        x_steps.select(Kind::prepare, path);
        x_steps.put(Kind::commit, what + ": entry made real", work.end, Bytes{kEntryTag});
        return {};
    }
    const Bytes& before = directory(work).content;
    if (work.image != nullptr && !is_torn(present, before, image))
        return fail(ErrorCode::card_changed, "somebody else wrote the certificate directory meanwhile", what,
                    "look at the card, then abandon the order");
    x_plan.images.push_back(work.image != nullptr ? *work.image : ObjectImage{to_hex(path), before, x_keys});
    x_steps.fill(Kind::commit, what, path, image, present);
    return {};
}

}  // namespace rakit::reference::pkcs15
