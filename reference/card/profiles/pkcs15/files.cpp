#include "reference/card/profiles/pkcs15/files.hpp"

#include <algorithm>

namespace rakit::reference::pkcs15 {
namespace {

namespace sw = iso7816::sw;

// A response of 256 octets makes some T=0 readers fetch it in two parts.
constexpr std::size_t kReadPiece = 255;
constexpr std::size_t kLargestOffset = 0x7FFF;
constexpr std::uint8_t kSelect = 0xA4;
constexpr std::uint8_t kReadBinary = 0xB0;
constexpr std::uint8_t kGetData = 0xCA;

FileInfo parse_fcp(ByteView answer) {
    FileInfo info;
    iso7816::TlvReader reader(answer);
    const auto outer = reader.read();
    if (!outer || (outer->tag != 0x6F && outer->tag != 0x62)) return info;
    auto size = iso7816::find_tlv(outer->value, 0x80);
    if (!size) size = iso7816::find_tlv(outer->value, 0x81);
    if (size)
        for (const auto octet : size->value.first(std::min<std::size_t>(size->value.size(), 4)))
            info.size = info.size * 256 + octet;
    if (const auto type = iso7816::find_tlv(outer->value, 0x82); type && !type->value.empty()) {
        const auto descriptor = static_cast<std::uint8_t>(type->value[0] & 0x3F);
        if (descriptor == 0x38) info.kind = FileInfo::Kind::df;
        if (descriptor == 0x11 || descriptor == 0x22) info.kind = FileInfo::Kind::key;
    }
    if (const auto access = iso7816::find_tlv(outer->value, 0x86))
        info.access.assign(access->value.begin(), access->value.end());
    return info;
}

Unexpected refused(const iso7816::CommandApdu& command, iso7816::StatusWord status, const std::string& what) {
    return reference::refused(command.ins, status, what, "a PIN that was not verified");
}

}  // namespace

std::uint8_t FileInfo::right(std::size_t nibble) const {
    if (nibble / 2 >= access.size()) return 0;
    return static_cast<std::uint8_t>(nibble % 2 == 0 ? access[nibble / 2] >> 4 : access[nibble / 2] & 0x0F);
}

Result<Bytes> Files::send(const iso7816::CommandApdu& command, const std::string& what) {
    auto response = x_card.send(command);
    if (!response) return fail(std::move(response).error().in(what));
    if (!response->sw.ok()) return refused(command, response->sw, what);
    return std::move(response->data);
}

Result<std::optional<FileInfo>> Files::probe(ByteView path) {
    const auto select = select_command(path, true);
    auto response = x_card.send(select);
    if (!response) return fail(std::move(response).error().in("file " + to_hex(path)));
    if (response->sw == sw::kFileNotFound) return std::optional<FileInfo>{};
    if (!response->sw.ok()) return refused(select, response->sw, "file " + to_hex(path));
    return std::optional(parse_fcp(response->data));
}

Result<FileInfo> Files::select(ByteView path) {
    auto found = probe(path);
    if (!found) return fail(found.error());
    if (!*found) return refused(select_command(path, true), sw::kFileNotFound, "file " + to_hex(path));
    return **found;
}

Result<Bytes> Files::read(ByteView path) {
    auto info = select(path);
    if (!info) return fail(info.error());
    auto content = read_current(0, info->size);
    if (!content) return fail(std::move(content).error().in("file " + to_hex(path)));
    return content;
}

Result<Bytes> Files::read_current(std::size_t from, std::size_t count) {
    Bytes content;
    while (content.size() < count) {
        const std::size_t offset = from + content.size();
        if (offset > kLargestOffset)
            return fail(ErrorCode::card_content_invalid, "a file is longer than READ BINARY reaches",
                        "offset " + std::to_string(offset));
        const auto read = command(kReadBinary, static_cast<std::uint8_t>(offset >> 8),
                                  static_cast<std::uint8_t>(offset), {}, std::min(kReadPiece, count - content.size()));
        auto response = x_card.send(read);
        if (!response) return fail(response.error());
        const bool end = response->sw == iso7816::StatusWord(0x6282) || response->sw == sw::kWrongP1P2;
        if (!response->sw.ok() && !end) return refused(read, response->sw, "READ BINARY");
        append(content, response->data);
        if (end || response->data.empty()) break;
    }
    return content;
}

Result<std::optional<std::vector<std::uint16_t>>> Files::list(ByteView df) {
    auto selected = select(df);
    if (!selected) return fail(selected.error());
    auto response = x_card.send(command(kGetData, 0x01, 0xA1, {}, 256));
    if (!response) return fail(response.error());
    if (!response->sw.ok() || response->data.size() % 2 != 0) return std::optional<std::vector<std::uint16_t>>{};
    std::vector<std::uint16_t> fids;
    for (std::size_t i = 0; i < response->data.size(); i += 2)
        fids.push_back(static_cast<std::uint16_t>(response->data[i] << 8 | response->data[i + 1]));
    return std::optional(std::move(fids));
}

iso7816::CommandApdu select_command(ByteView path, bool fcp) {
    const auto p2 = static_cast<std::uint8_t>(fcp ? 0x00 : 0x0C);
    const std::size_t ne = fcp ? 256 : 0;
    if (path.size() <= 2) return command(kSelect, 0x00, p2, Bytes(path.begin(), path.end()), ne);
    return command(kSelect, 0x08, p2, Bytes(path.begin() + 2, path.end()), ne);
}

Bytes path_of(ByteView folder, std::uint16_t fid) {
    Bytes path(folder.begin(), folder.end());
    path.push_back(static_cast<std::uint8_t>(fid >> 8));
    path.push_back(static_cast<std::uint8_t>(fid));
    return path;
}

std::uint16_t fid_of(ByteView path) {
    return path.size() < 2 ? std::uint16_t{0} : static_cast<std::uint16_t>(path[path.size() - 2] << 8 | path.back());
}

}  // namespace rakit::reference::pkcs15
