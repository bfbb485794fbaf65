#include "reference/card/profiles/pkcs15/rights.hpp"

#include <algorithm>

namespace rakit::reference::pkcs15 {

bool WriteRights::allows(std::uint8_t right) const {
    return right == 0 || (right != FileInfo::kNever && std::ranges::find(pins, right) != pins.end());
}

namespace {

std::optional<std::size_t> directory_of(const Layout& layout, DirectoryKind kind) {
    for (std::size_t i = 0; i < layout.directories.size(); ++i)
        if (layout.directories[i].directory.kind == kind && !layout.directories[i].path.empty()) return i;
    return std::nullopt;
}

}  // namespace

std::optional<std::size_t> user_directory(const Layout& layout) {
    return directory_of(layout, DirectoryKind::certificates);
}

std::optional<std::size_t> ca_directory(const Layout& layout) {
    return directory_of(layout, DirectoryKind::trusted_certificates);
}

Result<WriteRights> write_rights(Files& files, const Layout& layout, bool ca) {
    WriteRights rights;
    std::vector<std::uint8_t> needed{layout.application_info.create_right()};
    if (const auto directory = user_directory(layout)) {
        needed.push_back(layout.directories[*directory].info.update_right());
        // An ODF that only the operator may change is left alone: then only a single Add is possible.
        if (layout.odf_info.update_right() == needed.back()) needed.push_back(layout.odf_info.update_right());
    } else {
        rights.notes.emplace_back("certificates can't be written: the card has no certificate directory");
    }
    const auto trusted = ca ? ca_directory(layout) : std::nullopt;
    if (trusted) needed.push_back(layout.directories[*trusted].info.update_right());
    for (const auto right : needed)
        if (right == FileInfo::kNever)
            rights.notes.emplace_back("certificates can't be written: the card's files forbid it for ever");
        else if (right != 0)
            rights.pins.push_back(right);
    std::ranges::sort(rights.pins);
    rights.pins.erase(std::unique(rights.pins.begin(), rights.pins.end()), rights.pins.end());
    auto token = files.probe(layout.token_info_path());
    if (!token) return fail(token.error());
    if (*token && !rights.allows((*token)->update_right()))
        rights.notes.emplace_back(
            "lastUpdate can't be renewed: EF(TokenInfo) is the SO PIN's; the card's change counter serves");
    return rights;
}

}  // namespace rakit::reference::pkcs15
