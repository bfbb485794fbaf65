#include <algorithm>

#include "common/ossl/digest.hpp"
#include "reference/card/images.hpp"
#include "reference/card/profiles/pkcs15/planner.hpp"

// The write order (domain.md's "nothing is lost"): the new certificates and a whole new directory go into files that
// nothing refers to; one octet of the ODF makes them real; then the old ones go. So planning is: look what is there,
// and lay out what is missing. Each step that a plan has is needed; a step that was done already is not in the next
// plan.
namespace rakit::reference::pkcs15 {
namespace {

constexpr std::size_t kCaIdSize = 8;

bool not_empty(const Spare& spare) {
    return std::ranges::any_of(spare.content, [](std::uint8_t octet) { return octet != 0; });
}

bool is_ca(ByteView der) {
    const auto certificate = x509::Certificate::parse(der);
    return certificate && certificate->is_ca();
}

}  // namespace

Result<WritePlan> Planner::plan() {
    auto done = prepare();
    if (!done) return fail(done.error());
    if (x_order.undo) return undo();
    done = apply_all();
    if (!done) return fail(done.error());
    return std::ranges::any_of(x_works, &Work::changed) ? write() : clear();
}

Result<WritePlan> Planner::write() {
    auto done = place_certificates();
    for (auto& work : x_works) {
        if (!work.changed || !done) continue;
        const Bytes content = content_of(work);
        done = switchable(work) ? switch_directory(work, content) : rewrite_directory(work, content);
    }
    if (done) done = renew_last_update();
    for (auto& work : x_works)
        if (done) done = work.changed ? tidy_replaced(work) : tidy_spares(work);
    if (!done) return fail(done.error());
    return std::move(x_plan);
}

/// clear: what an order before left. Its directory file is the last to go, so as long as that is there lastUpdate may
/// be due.
Result<WritePlan> Planner::clear() {
    const bool untidy = std::ranges::any_of(
        x_works, [](const Work& work) { return work.image != nullptr || std::ranges::any_of(work.spares, not_empty); });
    Result<void> done;
    if (untidy && !x_order.changes.empty()) done = renew_last_update();
    for (const auto& orphan : x_orphans)
        if (done) done = dispose(Kind::tidy, path(orphan.fid), orphan.info);
    for (const auto& work : x_works)
        if (done) done = tidy_spares(work);
    if (!done) return fail(done.error());
    return std::move(x_plan);
}

/// undo writes the images back, and takes away what was prepared for the order.
Result<WritePlan> Planner::undo() {
    for (auto& work : x_works)
        for (const auto& entry : work.entries)
            for (const auto& change : x_order.changes)
                if (entry.certificate == change.certificate.der())
                    return fail(ErrorCode::certificate_unknown, "the card holds the new certificate of key " +
                                                                    change.key + ", and nothing of the one before");
    for (auto& work : x_works) {
        if (work.image == nullptr) continue;
        x_plan.images.push_back(*work.image);
        x_steps.fill(Kind::commit, "directory " + work.image->place + " back", directory(work).path,
                     work.image->content, work.present);
    }
    return clear();
}

Result<void> Planner::prepare() {
    auto rights = write_rights(x_files, x_layout, x_order.ca_certificates.has_value());
    if (!rights) return fail(rights.error());
    x_rights = std::move(*rights);
    x_plan.notes = x_rights.notes;
    auto keys = private_keys_of(x_layout);
    if (!keys) return fail(keys.error());
    for (const auto& key : *keys) x_keys.push_back(to_hex(key.id));
    for (const auto& change : x_order.changes)
        if (std::ranges::find(x_keys, change.key) == x_keys.end())
            return fail(ErrorCode::key_unknown, "the card has no key " + change.key);
    Result<void> done;
    if (x_order.ca_certificates)
        if (const auto ca = ca_directory(x_layout)) done = add_work(*ca);
    const auto users = user_directory(x_layout);
    if (!users) return fail(ErrorCode::unsupported, "the card has no certificate directory to write into");
    if (done) done = add_work(*users);
    if (done) done = find_orphans();
    return done;
}

Result<void> Planner::add_work(std::size_t index) {
    Work work{index};
    work.present = directory(work).content;
    work.image = find_image(x_order.images, to_hex(directory(work).path));
    const bool ca = directory(work).directory.kind == DirectoryKind::trusted_certificates;
    auto done = take_image(work);
    if (done) done = read_entries(work, ca);
    if (done) done = find_spares(work);
    if (done) x_works.push_back(std::move(work));
    return done;
}

/// take_image goes back to what the directory was, unless what stands there now is the whole new one already.
Result<void> Planner::take_image(Work& work) {
    auto objects = parse_certificates(work.present);
    if (work.image == nullptr) return objects ? Result<void>{} : fail(objects.error());
    bool whole = objects.has_value() && !x_order.undo;
    if (whole) {
        auto read = read_entries(work, true);
        whole = read.has_value() && work.present != work.image->content &&
                std::ranges::all_of(x_order.changes, [&](const CertificateChange& change) {
                    return std::ranges::any_of(work.entries, [&](const Entry& entry) {
                        return entry.certificate == change.certificate.der();
                    });
                });
        work.entries.clear();
    }
    if (whole)
        work.image = nullptr;
    else
        directory(work).content = work.image->content;
    return {};
}

Result<void> Planner::read_entries(Work& work, bool all) {
    auto objects = parse_certificates(directory(work).content);
    if (!objects) return fail(objects.error());
    work.end = split_entries(directory(work).content)->end;
    for (auto& object : *objects) {
        Entry entry;
        entry.object = std::move(object);
        const auto id = to_hex(entry.object.id);
        const bool perhaps_ca = may_be_ca(work, entry.object);
        const bool needed =
            all || std::ranges::find(x_order.changes, id, &CertificateChange::key) != x_order.changes.end();
        if (needed || perhaps_ca) {
            auto der = read_value(x_files, x_layout, entry.object);
            const bool invalid = !der && der.error().code == ErrorCode::card_content_invalid;
            if (invalid && x_order.undo)
                return fail(ErrorCode::certificate_unknown, "the old certificate of key " + id + " is gone");
            if (!der && (needed || !invalid)) return fail(der.error());
            if (der) {
                entry.ca = perhaps_ca && (entry.object.authority || is_ca(*der));
                entry.certificate = std::move(*der);
            }
        }
        work.entries.push_back(std::move(entry));
    }
    return {};
}

Result<void> Planner::apply_all() {
    Work& users = x_works.back();
    for (const auto& change : x_order.changes) {
        auto changed = apply(users, change);
        if (!changed) return fail(changed.error());
        users.changed = users.changed || *changed;
    }
    if (x_order.ca_certificates) apply_ca(*x_order.ca_certificates);
    return {};
}

/// may_be_ca: all of the CA directory; among the users', where many cards keep them, what belongs to no key of the
/// card.
bool Planner::may_be_ca(const Work& work, const CertificateObject& object) const {
    if (!x_order.ca_certificates) return false;
    return directory(work).directory.kind == DirectoryKind::trusted_certificates || object.authority ||
           std::ranges::find(x_keys, to_hex(object.id)) == x_keys.end();
}

/// apply_ca leaves just the wanted CA certificates, each where it is; a new one goes into the CA directory, or among
/// the users' certificates where there is none.
void Planner::apply_ca(const std::vector<x509::Certificate>& wanted) {
    std::vector<Entry> before;
    for (auto& work : x_works) {
        std::ranges::copy_if(work.entries, std::back_inserter(before), &Entry::ca);
        const auto gone = std::erase_if(work.entries, [&](const Entry& entry) {
            return entry.ca && std::ranges::find(wanted, *entry.certificate, &x509::Certificate::der) == wanted.end();
        });
        work.changed = work.changed || gone > 0;
    }
    for (const auto& certificate : wanted) {
        if (std::ranges::find(before, certificate.der(), &Entry::certificate) != before.end()) continue;
        x_works.front().entries.push_back(ca_entry(certificate, before));
        x_works.front().changed = true;
    }
}

/// ca_entry takes the attributes of the one with its subject.
Entry Planner::ca_entry(const x509::Certificate& certificate, const std::vector<Entry>& models) const {
    Entry entry;
    const auto model = std::ranges::find_if(models, [&](const Entry& one) {
        const auto old = x509::Certificate::parse(*one.certificate);
        return old && old->subject_der() == certificate.subject_der();
    });
    if (model != models.end()) entry.model = model->object;
    const Bytes digest = ossl::sha256(certificate.spki());
    entry.object.id = entry.model ? entry.model->id : Bytes(digest.begin(), digest.begin() + kCaIdSize);
    entry.wanted = &certificate;
    entry.what = "CA " + certificate.serial_hex();
    entry.label = entry.model ? std::string() : x509::attribute(certificate.subject(), "CN");
    return entry;
}

/// apply turns the entries into what one change wants; false if that is so already.
Result<bool> Planner::apply(Work& work, const CertificateChange& change) {
    const auto of_key = [&](const Entry& entry) {
        return to_hex(entry.object.id) == change.key && entry.certificate.has_value();
    };
    const auto present = std::ranges::find_if(work.entries, [&](const Entry& entry) {
        return of_key(entry) && *entry.certificate == change.certificate.der();
    });
    const auto old = std::ranges::find_if(work.entries, [&](const Entry& entry) {
        if (!of_key(entry) || !change.replaces || *entry.certificate == change.certificate.der()) return false;
        return ossl::sha256(*entry.certificate) == *change.replaces;
    });
    if (present != work.entries.end() && old == work.entries.end()) return false;
    if (present != work.entries.end()) {
        work.entries.erase(old);
        return true;
    }
    if (change.replaces && old == work.entries.end())
        return fail(ErrorCode::certificate_unknown,
                    "key " + change.key + " has neither the certificate to replace nor the new one");
    Entry entry;
    entry.object.id = *from_hex(change.key);
    entry.wanted = &change.certificate;
    entry.what = change.key;
    entry.label = change.label;
    if (old != work.entries.end()) {
        entry.model = old->object;
        *old = std::move(entry);
        return true;
    }
    const auto any = std::ranges::find_if(work.entries, of_key);
    if (any != work.entries.end()) entry.model = any->object;
    work.entries.push_back(std::move(entry));
    return true;
}

Result<WritePlan> Profile::plan_write(ApduChannel& card, const WriteOrder& wanted, UtcTime now) const {
    Files files(card);
    auto layout = read_layout(files);
    if (!layout) return fail(layout.error());
    if (auto read = read_unused_space(files, *layout); !read) return fail(read.error());
    return Planner(files, std::move(*layout), wanted, now).plan();
}

}  // namespace rakit::reference::pkcs15
