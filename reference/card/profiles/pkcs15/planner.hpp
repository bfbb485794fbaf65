#pragma once

#include <set>

#include "reference/card/profiles/pkcs15/card_files.hpp"
#include "reference/card/profiles/pkcs15/profile.hpp"

/// How Profile::plan_write works inside; not for others.
namespace rakit::reference::pkcs15 {

using Kind = WriteStep::Kind;

/// Entry is one line of a certificate directory, as it is or as it shall be.
struct Entry {
    CertificateObject object;
    std::optional<Bytes> certificate{};         ///< DER, read only where it matters
    const x509::Certificate* wanted = nullptr;  ///< this entry is to be written for it
    std::string what{};                         ///< for people: the key
    std::string label{};
    std::optional<CertificateObject> model{};  ///< whose attributes it takes
};

/// Spare is a file that could take the next directory, or that held the last one.
struct Spare {
    std::uint16_t fid = 0;
    std::optional<FileInfo> info;  ///< nothing: no such file
    Bytes content;
};

/// Work is one directory that changes.
struct Work {
    std::size_t index = 0;  ///< in Layout::directories
    std::vector<Entry> entries{};
    std::size_t end = 0;  ///< of the directory's last entry
    std::vector<Spare> spares{};
    Bytes present{};                     ///< what stands in the file; the layout has what stood in it before a tear
    const ObjectImage* image = nullptr;  ///< of an interrupted write of this directory
    bool changed = false;
};

/// Planner lays out the steps of one order.
class Planner {
public:
    Planner(Files& files, Layout layout, const WriteOrder& order, UtcTime now)
        : x_files(files), x_layout(std::move(layout)), x_order(order), x_now(now) {}

    Result<WritePlan> plan();

private:
    // plan.cpp
    Result<void> prepare();
    Result<void> add_work(std::size_t index);
    Result<void> read_entries(Work& work, bool all);
    Result<void> take_image(Work& work);
    Result<bool> apply(Work& work, const CertificateChange& change);
    Result<void> apply_ca(Work& work, const std::vector<x509::Certificate>& wanted);
    Result<void> apply_all();
    Result<WritePlan> undo();
    Result<WritePlan> write();
    Result<WritePlan> clear();
    // plan_place.cpp
    Result<void> find_spares(Work& work);
    Result<void> find_orphans();
    Result<void> place_certificates();
    Result<void> place(Work& work, Entry& entry);
    Result<Bytes> certificate_access(const Work& work, const Entry& entry);
    Bytes access_like_directory(const Work& work) const;
    // plan_directory.cpp
    bool switchable(const Work& work) const;
    Result<void> switch_directory(Work& work, ByteView content);
    Result<void> rewrite_directory(Work& work, ByteView content);
    // plan_tidy.cpp
    Result<void> renew_last_update();
    Result<void> dispose(Kind kind, ByteView path, const FileInfo& info);
    Result<void> tidy_replaced(Work& work);
    Result<void> tidy_spares(const Work& work);

    DirectoryFile& directory(const Work& work) { return x_layout.directories[work.index]; }
    const DirectoryFile& directory(const Work& work) const { return x_layout.directories[work.index]; }
    static Bytes content_of(const Work& work) {
        Bytes content;
        for (const auto& entry : work.entries) append(content, entry.object.whole);
        return content;
    }
    Bytes path(std::uint16_t fid) const { return path_of(x_layout.application, fid); }
    Bytes spare_path(const Work& work, std::uint16_t fid) const {
        const ByteView present = directory(work).path;
        return path_of(present.first(present.size() - 2), fid);
    }

    Files& x_files;
    Layout x_layout;
    const WriteOrder& x_order;
    UtcTime x_now;
    WriteRights x_rights;
    std::vector<std::string> x_keys;   ///< ids of all keys
    std::vector<Work> x_works;         ///< the CA directory, if it is to change, then the users'
    std::vector<FoundFile> x_orphans;  ///< certificate files that nothing refers to
    std::set<std::uint16_t> x_taken;   ///< identifiers of files that are there or will be
    WritePlan x_plan;
    StepWriter x_steps{x_plan};
};

}  // namespace rakit::reference::pkcs15
