#include <algorithm>

#include "reference/card/profiles/pkcs15/planner.hpp"

// What follows the commit: lastUpdate, and the old ones' space.
namespace rakit::reference::pkcs15 {
namespace {

constexpr std::size_t kTimeSize = 15;  // 20260131235959Z

}  // namespace

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
Result<void> Planner::tidy_replaced(Work& work) {
    auto needed = referenced_in(x_layout, content_of(work));
    for (std::size_t i = 0; i < x_layout.directories.size(); ++i) {
        const auto other = std::ranges::find(x_works, i, &Work::index);
        const Bytes content = other != x_works.end() ? content_of(*other) : x_layout.directories[i].content;
        if (i != work.index) needed.merge(referenced_in(x_layout, content));
    }
    for (const auto fid : referenced_in(x_layout, directory(work).content)) {
        if (needed.contains(fid)) continue;
        auto info = x_files.probe(path(fid));
        if (!info) return fail(info.error());
        if (!*info || (*info)->kind != FileInfo::Kind::ef) continue;
        auto done = dispose(Kind::tidy, path(fid), **info);
        if (!done) return done;
    }
    return tidy_spares(work);
}

Result<void> Planner::tidy_spares(const Work& work) {
    for (const auto& spare : work.spares) {
        if (!spare.info) continue;
        auto done = dispose(Kind::tidy, spare_path(work, spare.fid), *spare.info);
        if (!done) return done;
    }
    return {};
}

}  // namespace rakit::reference::pkcs15
