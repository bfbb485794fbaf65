#include <algorithm>

#include "reference/card/profiles/pkcs15/encode.hpp"
#include "reference/card/profiles/pkcs15/planner.hpp"

// Where the new certificates go.
namespace rakit::reference::pkcs15 {
namespace {

constexpr std::size_t kLargestFile = 0x7FFF;

}  // namespace

/// find_spares looks at the identifiers that differ from the directory's in one octet.
Result<void> Planner::find_spares(Work& work) {
    const auto referenced = referenced_files(x_layout);
    const auto present = fid_of(directory(work).path);
    for (const int flip : {0x80, 0xC0, 0xA0}) {
        Spare spare;
        spare.fid = static_cast<std::uint16_t>(present ^ flip);
        if (referenced.contains(spare.fid)) continue;
        auto info = x_files.probe(spare_path(work, spare.fid));
        if (!info) return fail(info.error());
        spare.info = *info;
        if (spare.info && spare.info->kind != FileInfo::Kind::ef) continue;
        if (spare.info) {
            auto content = x_files.read_current(0, spare.info->size);
            if (!content) return fail(content.error());
            spare.content = std::move(*content);
        }
        work.spares.push_back(std::move(spare));
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
    for (const auto& work : x_works)
        for (const auto& spare : work.spares)
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
    for (auto& work : x_works)
        for (auto& entry : work.entries) {
            if (entry.wanted == nullptr) continue;
            auto done = place(work, entry);
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
Result<void> Planner::place(Work& work, Entry& entry) {
    const auto& der = entry.wanted->der();
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
        auto access = certificate_access(work, entry);
        if (!access) return fail(access.error());
        x_steps.create(Kind::prepare, x_layout.application, fid, der.size(), *access);
    }
    x_steps.fill(Kind::prepare, "certificate " + entry.what + " into " + to_hex(path(fid)), path(fid), der, present);
    // The directory's own way to write paths is kept.
    const Bytes& style = directory(work).directory.path.octets;
    const Bytes octets = path_of(ByteView(style).first(style.size() - 2), fid);
    entry.object.whole = encode_certificate(entry.model, entry.object.id, entry.label, octets, *entry.wanted);
    return {};
}

/// certificate_access takes over the rights of the model's file, if what is verified suffices to write under them; else
/// those of the directory, whose writer may delete the file too.
Result<Bytes> Planner::certificate_access(const Work& work, const Entry& entry) {
    if (entry.model && entry.model->path) {
        auto info = x_files.select(x_layout.absolute(entry.model->path->octets));
        if (!info) return fail(info.error());
        if (info->access.size() == 3 && x_rights.allows(info->update_right()) && x_rights.allows(info->delete_right()))
            return info->access;
    }
    return access_like_directory(work);
}

/// access_like_directory: whoever may write the directory may also delete the file.
Bytes Planner::access_like_directory(const Work& work) const {
    const auto& info = directory(work).info;
    return {static_cast<std::uint8_t>(info.right(0) << 4 | info.update_right()),
            static_cast<std::uint8_t>(info.update_right() << 4 | FileInfo::kNever), 0xFF};
}

}  // namespace rakit::reference::pkcs15
