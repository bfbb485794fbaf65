// Files: ISO/IEC 7816-4 sections 7.1 (SELECT), 7.2 (transparent EFs), 7816-9 (CREATE, DELETE, ACTIVATE).
#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/pkcs15/applet.hpp"

namespace rakit::cards::pkcs15 {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

constexpr std::uint8_t kCreationState = 0x01;
constexpr std::uint8_t kActivatedState = 0x07;
constexpr std::size_t kMaxDepth = 8;

std::uint16_t u16(ByteView bytes, std::size_t at) { return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]); }

// Plain appends: this is the answer to the commonest command.
Bytes control_parameters(const File& file, bool activated) {
    const auto put = [](Bytes& to, std::uint8_t tag, ByteView value) {
        to.push_back(tag);
        to.push_back(static_cast<std::uint8_t>(value.size()));
        append(to, value);
    };
    const auto pair = [](std::uint16_t value) {
        return std::array<std::uint8_t, 2>{static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
    };
    const std::array kind{static_cast<std::uint8_t>(file.kind)};
    const std::array state{activated ? kActivatedState : kCreationState};
    Bytes fcp{0x6F, 0};
    fcp.reserve(48);
    put(fcp, file.kind == FileKind::ef ? 0x80 : 0x81, pair(file.size));
    put(fcp, 0x82, kind);
    put(fcp, 0x83, pair(file.id));
    put(fcp, 0x86, file.acl);
    put(fcp, 0x85, file.proprietary);
    put(fcp, 0x8A, state);
    if (!file.aid.empty()) put(fcp, 0x84, file.aid);
    fcp[1] = static_cast<std::uint8_t>(fcp.size() - 2);
    return fcp;
}

/// parse_file reads CREATE FILE's template; nothing if a part is missing, doubtful or unknown.
std::optional<File> parse_file(ByteView data) {
    const auto outer = iso7816::find_tlv(data, 0x62);
    if (!outer) return std::nullopt;
    const auto value = [&](std::uint32_t tag, std::size_t size) -> std::optional<ByteView> {
        const auto found = iso7816::find_tlv(outer->value, tag);
        return found && found->value.size() == size ? std::optional(found->value) : std::nullopt;
    };
    const auto kind = value(0x82, 1), id = value(0x83, 2), acl = value(0x86, 3);
    auto size = value(0x80, 2);
    if (!size) size = value(0x81, 2);
    if (!kind || !id || !acl || !file_kind((*kind)[0])) return std::nullopt;
    File file;
    file.kind = *file_kind((*kind)[0]);
    file.id = u16(*id, 0);
    std::copy(acl->begin(), acl->end(), file.acl.begin());
    if (const auto proprietary = value(0x85, 2))
        std::copy(proprietary->begin(), proprietary->end(), file.proprietary.begin());
    if (file.kind != FileKind::df && !size) return std::nullopt;
    if (file.kind != FileKind::df) file.size = u16(*size, 0);
    if (const auto aid = iso7816::find_tlv(outer->value, 0x84)) {
        if (file.kind != FileKind::df || aid->value.empty() || aid->value.size() > 16) return std::nullopt;
        file.aid.assign(aid->value.begin(), aid->value.end());
    }
    const bool reserved = file.id == FileSystem::kMfId || file.id == 0x3FFF || file.id == 0xFFFF || file.id == 0;
    return reserved ? std::nullopt : std::optional(std::move(file));
}

}  // namespace

ResponseApdu Pkcs15Applet::select_found(Index index, std::uint8_t p2) {
    const auto& file = x_state.files.at(index);
    if (file.kind == FileKind::df) {
        x_df = index;
        x_file.reset();
    } else {
        x_df = file.parent;
        x_file = index;
    }
    if (p2 == 0x0C) return {{}, sw::kOk};
    return {control_parameters(file, x_state.activated), sw::kOk};
}

// By identifier: the MF, the current DF and its files, its parent and its siblings.
std::optional<Pkcs15Applet::Index> Pkcs15Applet::find_by_id(ByteView data) const {
    const auto& files = x_state.files;
    const auto id = data.empty() ? FileSystem::kMfId : u16(data, 0);
    if (id == FileSystem::kMfId) return FileSystem::kMf;
    if (const auto inside = files.child(x_df, id)) return inside;
    const auto& df = files.at(x_df);
    if (df.id == id) return x_df;
    if (files.at(df.parent).id == id) return df.parent;
    return files.child(df.parent, id);
}

std::optional<Pkcs15Applet::Index> Pkcs15Applet::follow(Index from, ByteView path) const {
    auto index = from;
    for (std::size_t at = 0; at < path.size(); at += 2) {
        if (x_state.files.at(index).kind != FileKind::df) return std::nullopt;
        const auto next = x_state.files.child(index, u16(path, at));
        if (!next) return std::nullopt;
        index = *next;
    }
    return index;
}

ResponseApdu Pkcs15Applet::select(const Command& command) {
    if (command.p2 != 0x00 && command.p2 != 0x04 && command.p2 != 0x0C) return {{}, sw::kIncorrectP1P2};
    const ByteView data = command.data;
    const bool by_path = command.p1 == 0x08 || command.p1 == 0x09;
    if (by_path && (data.empty() || data.size() % 2 != 0 || data.size() > 2 * kMaxDepth)) return {{}, sw::kWrongLength};
    if (command.p1 <= 0x02 && data.size() != 2 && !(command.p1 == 0 && data.empty())) return {{}, sw::kWrongLength};
    std::optional<Index> found;
    switch (command.p1) {
        case 0x00: found = find_by_id(data); break;
        case 0x01:
        case 0x02:
            found = x_state.files.child(x_df, u16(data, 0));
            if (found && (x_state.files.at(*found).kind == FileKind::df) != (command.p1 == 0x01)) found.reset();
            break;
        case 0x03: found = x_state.files.at(x_df).parent; break;
        case 0x04:
            found = x_state.files.by_aid(data);
            // The application is there before its DF is: a blank card answers with the MF.
            if (!found && equal_bytes(data, kAid)) found = FileSystem::kMf;
            break;
        case 0x08: found = follow(FileSystem::kMf, data); break;
        case 0x09: found = follow(x_df, data); break;
        default: return {{}, sw::kIncorrectP1P2};
    }
    if (!found) return {{}, sw::kFileNotFound};
    return select_found(*found, command.p2);
}

ResponseApdu Pkcs15Applet::read_binary(const Command& command) {
    if (!command.data.empty()) return {{}, sw::kWrongLength};
    if ((command.p1 & 0x80) != 0) return {{}, sw::kFunctionNotSupported};
    if (command.ne == 0) return {{}, sw::kWrongLength};
    const auto* file = selected_file();
    if (file == nullptr) return {{}, sw::kNoCurrentFile};
    if (file->kind != FileKind::ef) return {{}, sw::kIncompatibleFile};
    if (!allowed(*file, Right::ef_read)) return {{}, sw::kSecurityStatusNotSatisfied};
    const std::size_t offset = static_cast<std::size_t>(command.p1) << 8 | command.p2;
    if (offset >= file->content.size()) return {{}, sw::kWrongP1P2};
    const auto size = std::min(command.ne, file->content.size() - offset);
    const auto begin = file->content.begin() + static_cast<std::ptrdiff_t>(offset);
    return {Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), sw::kOk};
}

ResponseApdu Pkcs15Applet::update_binary(const Command& command, const Disturbance& disturbance) {
    if (command.data.empty()) return {{}, sw::kWrongLength};
    if ((command.p1 & 0x80) != 0) return {{}, sw::kFunctionNotSupported};
    auto* file = selected_file();
    if (file == nullptr) return {{}, sw::kNoCurrentFile};
    if (file->kind != FileKind::ef) return {{}, sw::kIncompatibleFile};
    if (!allowed(*file, Right::ef_update)) return {{}, sw::kSecurityStatusNotSatisfied};
    const std::size_t offset = static_cast<std::size_t>(command.p1) << 8 | command.p2;
    if (offset + command.data.size() > file->content.size()) return {{}, sw::kWrongP1P2};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const auto written = std::min(command.data.size(), disturbance.write_at_most.value_or(command.data.size()));
    std::copy_n(command.data.begin(), written, file->content.begin() + static_cast<std::ptrdiff_t>(offset));
    changed(disturbance);
    return {{}, sw::kOk};
}

ResponseApdu Pkcs15Applet::create_file(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    auto file = parse_file(command.data);
    if (!file) return {{}, sw::kIncorrectData};
    const auto right = file->kind == FileKind::df ? Right::df_create_df : Right::df_create_ef;
    if (!allowed(x_state.files.at(x_df), right)) return {{}, sw::kSecurityStatusNotSatisfied};
    if (x_state.files.child(x_df, file->id)) return {{}, sw::kFileExists};
    if (!file->aid.empty() && x_state.files.by_aid(file->aid)) return {{}, sw::kFileExists};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    if (disturbance.no_space || x_state.files.path(x_df).size() >= 2 * kMaxDepth) return {{}, sw::kNotEnoughMemory};
    file->parent = x_df;
    const auto index = x_state.files.add(std::move(*file));
    if (!index) return {{}, sw::kNotEnoughMemory};
    changed(disturbance);
    (void)select_found(*index, 0x0C);
    return {{}, sw::kOk};
}

ResponseApdu Pkcs15Applet::delete_file(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    if (!command.data.empty() && command.data.size() != 2) return {{}, sw::kWrongLength};
    auto index = x_file.value_or(x_df);
    if (!command.data.empty()) {
        const auto found = x_state.files.child(x_df, u16(command.data, 0));
        if (!found) return {{}, sw::kFileNotFound};
        index = *found;
    }
    if (index == FileSystem::kMf) return {{}, sw::kConditionsNotSatisfied};
    const auto& file = x_state.files.at(index);
    // One place in the access octets, whatever the kind.
    static_assert(Right::df_delete == Right::ef_delete && Right::df_delete == Right::key_delete);
    if (!allowed(file, Right::df_delete)) return {{}, sw::kSecurityStatusNotSatisfied};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    const auto parent = file.parent;
    x_state.files.remove(index);
    x_df = parent;
    x_file.reset();
    x_environment = {};
    x_import_file.reset();
    changed(disturbance);
    return {{}, sw::kOk};
}

ResponseApdu Pkcs15Applet::activate(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x04 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    if (!command.data.empty() && !equal_bytes(command.data, kAid)) return {{}, sw::kFileNotFound};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    if (!x_state.activated) changed(disturbance);
    x_state.activated = true;
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::pkcs15
