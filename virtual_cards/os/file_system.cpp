#include "virtual_cards/os/file_system.hpp"

#include <algorithm>

namespace rakit::cards {
namespace {

constexpr std::size_t kFileHeader = 32;

File master_file() {
    File mf;
    mf.id = FileSystem::kMfId;
    mf.kind = FileKind::df;
    return mf;
}

}  // namespace

std::optional<FileKind> file_kind(std::uint8_t descriptor) {
    switch (static_cast<FileKind>(descriptor)) {
        case FileKind::ef:
        case FileKind::rsa_key:
        case FileKind::ec_key:
        case FileKind::df:
        case FileKind::secret_key: return static_cast<FileKind>(descriptor);
    }
    return std::nullopt;
}

std::uint8_t File::access(Right right) const {
    const auto place = static_cast<std::size_t>(right);
    const auto octet = acl[place / 2];
    return place % 2 == 0 ? static_cast<std::uint8_t>(octet >> 4) : static_cast<std::uint8_t>(octet & 0x0F);
}

std::size_t File::cost() const {
    const std::size_t field = (size + 7U) / 8U;
    switch (kind) {
        case FileKind::ef: return kFileHeader + size;
        case FileKind::rsa_key: return kFileHeader + field * 7 / 2;  // n, and p q dp dq qinv of half the length each
        case FileKind::ec_key: return kFileHeader + field * 3;       // d and the point
        case FileKind::secret_key: return kFileHeader + field;
        case FileKind::df: return kFileHeader + aid.size();
    }
    return kFileHeader;
}

FileSystem::FileSystem(std::size_t memory) : x_memory(memory) { clear(); }

void FileSystem::clear() {
    x_files.clear();
    x_files.push_back(master_file());
    x_order.clear();
    x_used = x_files.front().cost();
}

std::optional<FileSystem::Index> FileSystem::child(Index df, std::uint16_t id) const {
    for (std::size_t i = 1; i < x_files.size(); ++i)
        if (x_files[i].id == id && x_files[i].parent == df && x_files[i].in_use) return static_cast<Index>(i);
    return std::nullopt;
}

std::optional<FileSystem::Index> FileSystem::by_aid(ByteView aid) const {
    for (std::size_t i = 0; i < x_files.size(); ++i)
        if (x_files[i].in_use && !x_files[i].aid.empty() && equal_bytes(x_files[i].aid, aid))
            return static_cast<Index>(i);
    return std::nullopt;
}

std::vector<FileSystem::Index> FileSystem::children(Index df) const {
    std::vector<Index> found;
    for (const auto index : x_order)
        if (x_files[index].parent == df) found.push_back(index);
    return found;
}

Bytes FileSystem::path(Index index) const {
    Bytes octets;
    for (;;) {
        const auto& file = x_files[index];
        octets.insert(octets.begin(), {static_cast<std::uint8_t>(file.id >> 8), static_cast<std::uint8_t>(file.id)});
        if (index == kMf) return octets;
        index = file.parent;
    }
}

std::optional<FileSystem::Index> FileSystem::find(ByteView path) const {
    if (path.size() < 2 || path.size() % 2 != 0 || path[0] != 0x3F || path[1] != 0x00) return std::nullopt;
    Index index = kMf;
    for (std::size_t i = 2; i < path.size(); i += 2) {
        if (x_files[index].kind != FileKind::df) return std::nullopt;
        const auto next = child(index, static_cast<std::uint16_t>(path[i] << 8 | path[i + 1]));
        if (!next) return std::nullopt;
        index = *next;
    }
    return index;
}

std::optional<FileSystem::Index> FileSystem::add(File file) {
    const std::size_t cost = file.cost();
    if (cost > free_memory() || x_order.size() >= kMaxFiles) return std::nullopt;
    if (file.kind == FileKind::ef) file.content.resize(file.size);
    std::size_t index = 1;
    while (index < x_files.size() && x_files[index].in_use) ++index;
    if (index == x_files.size())
        x_files.push_back(std::move(file));
    else
        x_files[index] = std::move(file);
    x_order.push_back(static_cast<Index>(index));
    x_used += cost;
    return static_cast<Index>(index);
}

void FileSystem::remove(Index index) {
    if (index == kMf) return;
    for (const auto inner : children(index)) remove(inner);
    x_used -= x_files[index].cost();
    x_files[index] = File{};
    x_files[index].in_use = false;
    std::erase(x_order, index);
}

}  // namespace rakit::cards
