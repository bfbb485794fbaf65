#include "reference/card/profiles/pkcs15/card_files.hpp"

#include <algorithm>
#include <cstdio>

namespace rakit::reference::pkcs15 {
namespace {

constexpr std::size_t kPiece = 255;
constexpr std::uint16_t kFirstCertificate = 0x4300;
constexpr std::uint16_t kLastCertificate = 0x43FF;
constexpr int kGap = 16;  // identifiers without a file, after which trying ends

Bytes two(std::size_t number) { return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}; }

std::string hex(std::uint16_t fid) { return to_hex(two(fid)); }

/// collect walks data objects for octet strings that can be paths: a file identifier, or one with its folders before
/// it.
void collect(const Layout& layout, ByteView content, std::set<std::uint16_t>& fids) {
    auto entries = split_entries(content);
    if (!entries) return;
    for (const auto& object : entries->objects) {
        if (object.constructed()) collect(layout, object.value, fids);
        const ByteView octets = object.value;
        if (object.tag != 0x04 || octets.size() < 2 || octets.size() % 2 != 0) continue;
        const bool absolute = octets[0] == 0x3F && octets[1] == 0x00;
        const bool from_folder = equal_bytes(octets.first(2), ByteView(layout.application).last(2));
        if (octets.size() == 2 || absolute || from_folder) fids.insert(fid_of(octets));
    }
}

}  // namespace

void StepWriter::add(WriteStep::Kind kind, std::string what, iso7816::CommandApdu apdu) {
    x_plan.steps.push_back({kind, std::move(what), std::move(apdu)});
}

void StepWriter::select(WriteStep::Kind kind, ByteView path) {
    add(kind, "select " + to_hex(path), select_command(path, false));
}

void StepWriter::create(WriteStep::Kind kind, ByteView folder, std::uint16_t fid, std::size_t size, ByteView access) {
    iso7816::TlvWriter writer;
    writer.nest(0x62, [&](iso7816::TlvWriter& control) {
        control.put(0x80, two(size)).put(0x82, Bytes{0x01}).put(0x83, two(fid)).put(0x86, access);
        control.put(0x85, Bytes{0x00, 0x00}).put(0x8A, Bytes{0x00});
    });
    select(kind, folder);
    add(kind, "create " + hex(fid) + " of " + std::to_string(size),
        command(0xE0, 0x00, 0x00, std::move(writer).bytes()));
}

void StepWriter::remove(WriteStep::Kind kind, ByteView path) {
    select(kind, path);
    add(kind, "delete " + to_hex(path), command(0xE4, 0x00, 0x00, two(fid_of(path))));
}

void StepWriter::put(WriteStep::Kind kind, const std::string& what, std::size_t offset, ByteView octets) {
    add(kind, what + ", " + std::to_string(octets.size()) + " at " + std::to_string(offset),
        command(0xD6, static_cast<std::uint8_t>(offset >> 8), static_cast<std::uint8_t>(offset),
                Bytes(octets.begin(), octets.end())));
}

void StepWriter::fill(WriteStep::Kind kind, const std::string& what, ByteView path, ByteView wanted, ByteView present,
                      bool backwards) {
    std::vector<std::size_t> offsets;
    for (std::size_t offset = 0; offset < wanted.size(); offset += kPiece) {
        const auto size = std::min(kPiece, wanted.size() - offset);
        const bool same =
            offset + size <= present.size() && equal_bytes(wanted.subspan(offset, size), present.subspan(offset, size));
        if (!same) offsets.push_back(offset);
    }
    if (offsets.empty()) return;
    if (backwards) std::ranges::reverse(offsets);
    select(kind, path);
    for (const auto offset : offsets)
        put(kind, what, offset, wanted.subspan(offset, std::min(kPiece, wanted.size() - offset)));
}

std::set<std::uint16_t> referenced_in(const Layout& layout, ByteView content) {
    std::set<std::uint16_t> fids;
    collect(layout, content, fids);
    return fids;
}

std::set<std::uint16_t> referenced_files(const Layout& layout) {
    auto fids = referenced_in(layout, layout.odf);
    fids.merge(referenced_in(layout, layout.unused_space));
    for (const auto& directory : layout.directories) fids.merge(referenced_in(layout, directory.content));
    return fids;
}

Result<std::vector<FoundFile>> certificate_files(Files& files, const Layout& layout) {
    auto listed = files.list(layout.application);
    if (!listed) return fail(listed.error());
    std::vector<FoundFile> found;
    int gap = 0;
    for (int number = kFirstCertificate; number <= kLastCertificate && gap < kGap; ++number) {
        const auto fid = static_cast<std::uint16_t>(number);
        if (*listed && std::ranges::find(**listed, fid) == (*listed)->end()) continue;
        auto info = files.probe(path_of(layout.application, fid));
        if (!info) return fail(info.error());
        gap = *info ? 0 : gap + 1;
        if (*info && (*info)->kind == FileInfo::Kind::ef) found.push_back({fid, **info});
    }
    return found;
}

}  // namespace rakit::reference::pkcs15
