#include <algorithm>

#include "reference/card/profiles/pkcs15/card_files.hpp"
#include "reference/card/profiles/pkcs15/encode.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"

// The write order (domain.md's "nothing is lost"): the new certificates and a whole new directory go into files that
// nothing refers to; one octet of the ODF makes them real; then the old ones go. So planning is: look what is there,
// and lay out what is missing. Each step that a plan has is needed; a step that was done already is not in the next
// plan.
namespace rakit::reference::pkcs15 {
namespace {

using Kind = WriteStep::Kind;

constexpr std::size_t kLargestFile = 0x7FFF;
constexpr std::size_t kDirectoryGrowth = 512;
constexpr std::size_t kTimeSize = 15;  // 20260131235959Z
constexpr std::uint8_t kEntryTag = 0x30;

/// Entry is one line of the certificate directory, as it is or as it shall be.
struct Entry {
    CertificateObject object;
    std::optional<Bytes> certificate;           ///< DER, read only for the keys that change
    const CertificateChange* change = nullptr;  ///< this entry is to be written for
    std::optional<CertificateObject> model;     ///< whose attributes it takes
};

/// Spare is a file that could take the next directory, or that held the last one.
struct Spare {
    std::uint16_t fid = 0;
    std::optional<FileInfo> info;  ///< nothing: no such file
    Bytes content;
};

class Planner {
public:
    Planner(Files& files, Layout layout, UtcTime now) : x_files(files), x_layout(std::move(layout)), x_now(now) {}

    Result<WritePlan> plan(const std::vector<CertificateChange>& changes);

private:
    Result<void> prepare(const std::vector<CertificateChange>& changes);
    Result<void> read_entries(const std::vector<CertificateChange>& changes);
    Result<bool> apply(const CertificateChange& change);
    Result<void> find_spares();
    Result<void> find_orphans();
    Result<void> place_certificates();
    Result<void> place(Entry& entry);
    Result<Bytes> certificate_access(const Entry& entry);
    Bytes access_like_directory() const;
    Result<void> switch_directory(ByteView content);
    Result<void> rewrite_directory(ByteView content);
    Result<void> renew_last_update();
    Result<void> dispose(Kind kind, ByteView path, const FileInfo& info);
    Result<void> tidy_replaced();
    Result<void> tidy_spares();
    bool switchable() const;
    const DirectoryFile& directory() const { return x_layout.directories[x_directory]; }
    Bytes path(std::uint16_t fid) const { return path_of(x_layout.application, fid); }
    Bytes spare_path(std::uint16_t fid) const {
        const ByteView present = directory().path;
        return path_of(present.first(present.size() - 2), fid);
    }

    Files& x_files;
    Layout x_layout;
    UtcTime x_now;
    WriteRights x_rights;
    std::size_t x_directory = 0;
    std::vector<Entry> x_entries;
    std::size_t x_end = 0;  ///< of the directory's last entry
    std::vector<Spare> x_spares;
    std::vector<FoundFile> x_orphans;  ///< certificate files that nothing refers to
    std::set<std::uint16_t> x_taken;   ///< identifiers of files that are there or will be
    WritePlan x_plan;
    StepWriter x_steps{x_plan};
};

Result<WritePlan> Planner::plan(const std::vector<CertificateChange>& changes) {
    auto done = prepare(changes);
    if (!done) return fail(done.error());
    bool all_done = true;
    for (const auto& change : changes) {
        auto changed = apply(change);
        if (!changed) return fail(changed.error());
        all_done = all_done && !*changed;
    }
    if (!all_done) {
        done = place_certificates();
        if (!done) return fail(done.error());
        Bytes content;
        for (const auto& entry : x_entries) append(content, entry.object.whole);
        done = switchable() ? switch_directory(content) : rewrite_directory(content);
        if (done) done = renew_last_update();
        if (done) done = tidy_replaced();
        if (!done) return fail(done.error());
        return std::move(x_plan);
    }
    // What an order before left: its directory file is the last to go, so as long as that is there lastUpdate may be
    // due.
    const bool untidy = std::ranges::any_of(x_spares, [](const Spare& spare) {
        return std::ranges::any_of(spare.content, [](std::uint8_t octet) { return octet != 0; });
    });
    if (untidy && !changes.empty()) done = renew_last_update();
    for (const auto& orphan : x_orphans)
        if (done) done = dispose(Kind::tidy, path(orphan.fid), orphan.info);
    if (done) done = tidy_spares();
    if (!done) return fail(done.error());
    return std::move(x_plan);
}

Result<void> Planner::prepare(const std::vector<CertificateChange>& changes) {
    auto rights = write_rights(x_files, x_layout);
    if (!rights) return fail(rights.error());
    x_rights = std::move(*rights);
    x_plan.notes = x_rights.notes;
    auto pins = pins_of(x_layout);
    auto keys = private_keys_of(x_layout);
    if (!pins) return fail(pins.error());
    if (!keys) return fail(keys.error());
    // The PIN of a key that changes is verified with the others: what lies under it can be freed too.
    for (const auto& change : changes) {
        const auto key =
            std::ranges::find_if(*keys, [&](const KeyObject& one) { return to_hex(one.id) == change.key; });
        if (key == keys->end()) return fail(ErrorCode::key_unknown, "the card has no key " + change.key);
        const auto pin = std::ranges::find(*pins, key->common.auth_id, &PinObject::auth_id);
        if (pin != pins->end()) x_rights.pins.push_back(pin->reference);
    }
    const auto found = user_directory(x_layout);
    if (!found) return fail(ErrorCode::unsupported, "the card has no certificate directory to write into");
    x_directory = *found;
    auto done = read_entries(changes);
    if (done) done = find_spares();
    if (done) done = find_orphans();
    return done;
}

Result<void> Planner::read_entries(const std::vector<CertificateChange>& changes) {
    auto objects = parse_certificates(directory().content);
    if (!objects) return fail(objects.error());
    x_end = split_entries(directory().content)->end;
    for (auto& object : *objects) {
        Entry entry{std::move(object), {}, nullptr, {}};
        const auto id = to_hex(entry.object.id);
        if (std::ranges::find(changes, id, &CertificateChange::key) != changes.end()) {
            auto der = read_value(x_files, x_layout, entry.object);
            if (!der) return fail(der.error());
            entry.certificate = std::move(*der);
        }
        x_entries.push_back(std::move(entry));
    }
    return {};
}

/// apply turns the entries into what one change wants; false if that is so already.
Result<bool> Planner::apply(const CertificateChange& change) {
    const auto of_key = [&](const Entry& entry) {
        return to_hex(entry.object.id) == change.key && entry.certificate.has_value();
    };
    const auto present = std::ranges::find_if(
        x_entries, [&](const Entry& entry) { return of_key(entry) && *entry.certificate == change.certificate.der(); });
    const auto old = std::ranges::find_if(x_entries, [&](const Entry& entry) {
        if (!of_key(entry) || !change.replaces || *entry.certificate == change.certificate.der()) return false;
        const auto certificate = x509::Certificate::parse(*entry.certificate);
        return certificate && certificate->sha256() == *change.replaces;
    });
    if (present != x_entries.end() && old == x_entries.end()) return false;
    if (present != x_entries.end()) {
        x_entries.erase(old);
        return true;
    }
    if (change.replaces && old == x_entries.end())
        return fail(ErrorCode::certificate_unknown,
                    "key " + change.key + " has neither the certificate to replace nor the new one");
    Entry entry;
    entry.object.id = *from_hex(change.key);
    entry.change = &change;
    if (old != x_entries.end()) {
        entry.model = old->object;
        *old = std::move(entry);
        return true;
    }
    const auto any = std::ranges::find_if(x_entries, of_key);
    if (any != x_entries.end()) entry.model = any->object;
    x_entries.push_back(std::move(entry));
    return true;
}

/// find_spares looks at the identifiers that differ from the directory's in one octet.
Result<void> Planner::find_spares() {
    const auto referenced = referenced_files(x_layout);
    const auto present = fid_of(directory().path);
    for (const int flip : {0x80, 0xC0, 0xA0}) {
        Spare spare;
        spare.fid = static_cast<std::uint16_t>(present ^ flip);
        if (referenced.contains(spare.fid)) continue;
        auto info = x_files.probe(spare_path(spare.fid));
        if (!info) return fail(info.error());
        spare.info = *info;
        if (spare.info && spare.info->kind != FileInfo::Kind::ef) continue;
        if (spare.info) {
            auto content = x_files.read_current(0, spare.info->size);
            if (!content) return fail(content.error());
            spare.content = std::move(*content);
        }
        x_spares.push_back(std::move(spare));
    }
    return {};
}

Result<void> Planner::find_orphans() {
    auto found = certificate_files(x_files, x_layout);
    if (!found) return fail(found.error());
    const auto referenced = referenced_files(x_layout);
    for (const auto& file : *found) {
        x_taken.insert(file.fid);
        if (!referenced.contains(file.fid)) x_orphans.push_back(file);
    }
    // Certificates of other names, which the directory before named.
    for (const auto& spare : x_spares)
        for (const auto fid : referenced_in(x_layout, spare.content)) {
            if (referenced.contains(fid) || x_taken.contains(fid)) continue;
            auto info = x_files.probe(path(fid));
            if (!info) return fail(info.error());
            if (!*info || (*info)->kind != FileInfo::Kind::ef) continue;
            x_taken.insert(fid);
            x_orphans.push_back({fid, **info});
        }
    return {};
}

Result<void> Planner::place_certificates() {
    for (auto& entry : x_entries) {
        if (entry.change == nullptr) continue;
        auto done = place(entry);
        if (!done) return done;
    }
    for (const auto& orphan : x_orphans) {
        auto done = dispose(Kind::prepare, path(orphan.fid), orphan.info);
        if (!done) return done;
    }
    x_orphans.clear();
    return {};
}

/// place puts a new certificate into a file: one of an earlier attempt if it has the size, else a new one.
Result<void> Planner::place(Entry& entry) {
    const auto& der = entry.change->certificate.der();
    Bytes present;
    std::uint16_t fid = 0;
    const auto orphan = std::ranges::find_if(x_orphans, [&](const FoundFile& file) {
        return file.info.size == der.size() && x_rights.allows(file.info.update_right());
    });
    if (orphan != x_orphans.end()) {
        fid = orphan->fid;
        auto content = x_files.read(path(fid));
        if (!content) return fail(content.error());
        present = std::move(*content);
        x_orphans.erase(orphan);
    } else {
        for (fid = 0x4301; x_taken.contains(fid) && fid < 0x43FF; ++fid) {
        }
        if (x_taken.contains(fid)) return fail(ErrorCode::card_full, "all certificate files 4301 to 43FF are in use");
        if (der.size() > kLargestFile)
            return fail(ErrorCode::card_full, "the certificate is longer than a file can be");
        x_taken.insert(fid);
        auto access = certificate_access(entry);
        if (!access) return fail(access.error());
        x_steps.create(Kind::prepare, x_layout.application, fid, der.size(), *access);
    }
    x_steps.fill(Kind::prepare, "certificate " + entry.change->key + " into " + to_hex(path(fid)), path(fid), der,
                 present);
    // The directory's own way to write paths is kept.
    const Bytes& style = directory().directory.path.octets;
    const Bytes octets = path_of(ByteView(style).first(style.size() - 2), fid);
    entry.object.whole =
        encode_certificate(entry.model, entry.object.id, entry.change->label, octets, entry.change->certificate);
    return {};
}

/// certificate_access takes over the rights of the model's file, if what is verified suffices to write under them; else
/// those of the directory, whose writer may delete the file too.
Result<Bytes> Planner::certificate_access(const Entry& entry) {
    if (entry.model && entry.model->path) {
        auto info = x_files.select(x_layout.absolute(entry.model->path->octets));
        if (!info) return fail(info.error());
        if (info->access.size() == 3 && x_rights.allows(info->update_right()) && x_rights.allows(info->delete_right()))
            return info->access;
    }
    return access_like_directory();
}

/// access_like_directory: whoever may write the directory may also delete the file.
Bytes Planner::access_like_directory() const {
    const auto& info = directory().info;
    return {static_cast<std::uint8_t>(info.right(0) << 4 | info.update_right()),
            static_cast<std::uint8_t>(info.update_right() << 4 | FileInfo::kNever), 0xFF};
}

bool Planner::switchable() const {
    const auto& path = directory().directory.path;
    return path.octets.size() >= 2 && !path.index && x_rights.allows(x_layout.odf_info.update_right()) &&
           !x_spares.empty();
}

Result<void> Planner::switch_directory(ByteView content) {
    const std::size_t needed =
        content.size() <= directory().info.size ? directory().info.size : content.size() + kDirectoryGrowth;
    if (needed > kLargestFile)
        return fail(ErrorCode::card_full, "the certificate directory is longer than a file can be");
    auto spare = std::ranges::find_if(x_spares, [&](const Spare& one) {
        return !one.info || x_rights.allows(one.info->delete_right()) ||
               (one.info->size >= needed && x_rights.allows(one.info->update_right()));
    });
    if (spare == x_spares.end()) return rewrite_directory(content);
    const Bytes next = spare_path(spare->fid);
    const ByteView folder = ByteView(next).first(next.size() - 2);
    if (spare->info && (spare->info->size < needed || !x_rights.allows(spare->info->update_right()))) {
        x_steps.remove(Kind::prepare, next);
        spare->info.reset();
        spare->content.clear();
    }
    if (!spare->info) {
        // With the right to delete: else the copy after this one could not take it away.
        x_steps.create(Kind::prepare, folder, spare->fid, needed, access_like_directory());
    }
    Bytes image(content.begin(), content.end());
    image.resize(spare->info ? spare->info->size : needed, 0x00);
    x_steps.fill(Kind::prepare, "directory into " + to_hex(next), next, image, spare->content);
    x_steps.select(Kind::prepare, x_layout.odf_path());
    const auto& entry = directory().directory;
    x_steps.put(Kind::commit, "directory " + to_hex(next) + " instead of " + to_hex(directory().path),
                entry.octets_offset + entry.path.octets.size() - 1, ByteView(next).last(1));
    // What takes the old one's place as a spare is the old one.
    x_spares.erase(spare);
    x_spares.push_back({fid_of(directory().path), directory().info, directory().content});
    return {};
}

/// rewrite_directory is for cards whose ODF can't be switched: one entry can still be added by one octet.
Result<void> Planner::rewrite_directory(ByteView content) {
    if (content.size() > directory().content.size())
        return fail(ErrorCode::card_full, "the certificate directory has no room for another entry");
    if (!x_rights.allows(directory().info.update_right()))
        return fail(ErrorCode::unsupported, "the certificate directory can't be written on this card");
    const auto added = std::ranges::count_if(x_entries, [](const Entry& entry) { return entry.change != nullptr; });
    const bool appends =
        content.size() > x_end && equal_bytes(content.first(x_end), ByteView(directory().content).first(x_end));
    Bytes image(content.begin(), content.end());
    image.resize(directory().content.size(), 0x00);
    x_spares.clear();  // files of such names are not ours on this card
    const std::string what = "directory " + to_hex(directory().path);
    if (appends && added == 1) {
        // Under a zero tag the entry is not there; its tag makes it real.
        image[x_end] = 0x00;
        x_steps.fill(Kind::prepare, what, directory().path, image, directory().content);
        x_steps.select(Kind::prepare, directory().path);
        x_steps.put(Kind::commit, what + ": entry made real", x_end, Bytes{kEntryTag});
        return {};
    }
    // A directory rewritten in place can be torn, and then the card holds neither the old certificate nor the new one.
    return fail(ErrorCode::unsupported,
                "this card's rights allow no one-byte switch of its directory, and rewriting it in place could lose it",
                what, "Add one certificate at a time, or have the object directory made writable");
}

/// renew_last_update writes the time into TokenInfo, where there is one and the verified PINs suffice.
Result<void> Planner::renew_last_update() {
    auto info = x_files.probe(x_layout.token_info_path());
    if (!info) return fail(info.error());
    if (!*info || !x_rights.allows((*info)->update_right())) return {};  // write_rights has noted it
    auto content = x_files.read_current(0, (*info)->size);
    if (!content) return fail(content.error());
    auto token = parse_token_info(*content);
    if (!token) return fail(token.error());
    if (token->last_update.size() != kTimeSize) {
        x_plan.notes.emplace_back(
            "lastUpdate can't be renewed: EF(TokenInfo) has none; the card's change counter serves");
        return {};
    }
    const auto digits = [](UtcTime time) {
        std::string text = to_iso8601(time);
        std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
        return text;
    };
    std::string time = digits(x_now);
    // Later than before even if the clock is not: compared as text, both have the same form.
    const auto& t = token->last_update;
    const auto before = from_iso8601(t.substr(0, 4) + "-" + t.substr(4, 2) + "-" + t.substr(6, 2) + "T" +
                                     t.substr(8, 2) + ":" + t.substr(10, 2) + ":" + t.substr(12, 2) + "Z");
    if (before && time <= t) time = digits(*before + std::chrono::seconds(1));
    x_steps.select(Kind::tidy, x_layout.token_info_path());
    x_steps.put(Kind::tidy, "lastUpdate " + time, token->last_update_offset, as_bytes(time));
    return {};
}

/// dispose deletes a file, or overwrites it where that is all that may be done.
Result<void> Planner::dispose(Kind kind, ByteView file, const FileInfo& info) {
    if (x_rights.allows(info.delete_right())) {
        x_steps.remove(kind, file);
        return {};
    }
    if (!x_rights.allows(info.update_right())) {
        x_plan.notes.push_back("file " + to_hex(file) + " is not needed any more, but its PIN was not asked for");
        return {};
    }
    auto content = x_files.read(file);
    if (!content) return fail(content.error());
    x_steps.fill(kind, "clear " + to_hex(file), file, Bytes(content->size(), 0x00), *content);
    return {};
}

/// tidy_replaced frees what the old directory named and the new one doesn't, and then the old directory.
Result<void> Planner::tidy_replaced() {
    Bytes wanted;
    for (const auto& entry : x_entries) append(wanted, entry.object.whole);
    auto needed = referenced_in(x_layout, wanted);
    for (std::size_t i = 0; i < x_layout.directories.size(); ++i)
        if (i != x_directory) needed.merge(referenced_in(x_layout, x_layout.directories[i].content));
    for (const auto fid : referenced_in(x_layout, directory().content)) {
        if (needed.contains(fid)) continue;
        auto info = x_files.probe(path(fid));
        if (!info) return fail(info.error());
        if (!*info || (*info)->kind != FileInfo::Kind::ef) continue;
        auto done = dispose(Kind::tidy, path(fid), **info);
        if (!done) return done;
    }
    return tidy_spares();
}

Result<void> Planner::tidy_spares() {
    for (const auto& spare : x_spares) {
        if (!spare.info) continue;
        auto done = dispose(Kind::tidy, spare_path(spare.fid), *spare.info);
        if (!done) return done;
    }
    return {};
}

}  // namespace

Result<WritePlan> Profile::plan_write(ApduChannel& card, const WriteOrder& wanted, UtcTime now) const {
    Files files(card);
    auto layout = read_layout(files);
    if (!layout) return fail(layout.error());
    return Planner(files, std::move(*layout), now).plan(wanted.changes);
}

}  // namespace rakit::reference::pkcs15
