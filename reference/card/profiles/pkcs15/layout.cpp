#include "reference/card/profiles/pkcs15/layout.hpp"

#include <algorithm>

namespace rakit::reference::pkcs15 {
namespace {

constexpr std::size_t kMyEidDataSize = 20;
constexpr std::size_t kMyEidSerialOffset = 8;
constexpr std::size_t kMyEidSerialSize = 10;

const Bytes kMasterFile{0x3F, 0x00};
const Bytes kDirectoryFile{0x3F, 0x00, 0x2F, 0x00};
const Bytes kUsualApplication{0x3F, 0x00, 0x50, 0x15};

/// locate finds the application's DF: by EF(DIR), else where the AID is selectable at the usual place.
Result<Bytes> locate(Files& files) {
    auto dir = files.probe(kDirectoryFile);
    // A card of another family may refuse to select by path in its own way; then the AID decides.
    if (!dir && dir.error().code != ErrorCode::card_content_invalid) return fail(dir.error());
    if (dir && *dir) {
        auto content = files.read_current(0, (*dir)->size);
        if (!content) return fail(content.error());
        if (auto path = application_path(*content)) {
            if (path->size() >= 2 && equal_bytes(ByteView(*path).first(2), kMasterFile)) return *path;
            return concat({kMasterFile, *path});
        }
    }
    auto selected =
        files.card().send(command(0xA4, 0x04, 0x00, Bytes(std::begin(kPkcs15Aid), std::end(kPkcs15Aid)), 256));
    if (!selected) return fail(selected.error());
    if (!selected->sw.ok())
        return fail(ErrorCode::card_unsupported, "the card has no PKCS#15 application",
                    "INS A4 SW " + iso7816::to_string(selected->sw));
    return kUsualApplication;
}

template <class T>
Result<std::vector<T>> gather(const Layout& layout, DirectoryKind kind, Result<std::vector<T>> (*parse)(ByteView)) {
    std::vector<T> all;
    for (const auto& file : layout.directories) {
        if (file.directory.kind != kind) continue;
        auto some = parse(file.content);
        if (!some) return fail(std::move(some).error().in("file " + to_hex(file.path)));
        std::ranges::move(*some, std::back_inserter(all));
    }
    return all;
}

}  // namespace

Bytes Layout::absolute(ByteView path) const {
    if (path.size() >= 2 && equal_bytes(path.first(2), kMasterFile)) return {path.begin(), path.end()};
    // Some cards write paths from the application's DF on, others below it.
    const ByteView folder = ByteView(application).last(2);
    if (path.size() > 2 && equal_bytes(path.first(2), folder)) return concat({application, path.subspan(2)});
    return concat({application, path});
}

Result<Layout> read_layout(Files& files) {
    Layout layout;
    auto application = locate(files);
    if (!application) return fail(application.error());
    layout.application = std::move(*application);
    auto folder = files.probe(layout.application);
    if (!folder) return fail(folder.error());
    if (!*folder)
        return fail(ErrorCode::card_unsupported, "the PKCS#15 application has no DF " + to_hex(layout.application));
    layout.application_info = **folder;
    auto odf = files.probe(layout.odf_path());
    if (!odf) return fail(std::move(odf).error().in("EF(ODF)"));
    if (!*odf)
        return fail(ErrorCode::card_unsupported, "the PKCS#15 application is empty: the card is not personalised");
    layout.odf_info = **odf;
    auto content = files.read_current(0, layout.odf_info.size);
    if (!content) return fail(std::move(content).error().in("EF(ODF)"));
    layout.odf = std::move(*content);
    auto directories = parse_odf(layout.odf);
    if (!directories) return fail(directories.error());
    for (auto& directory : *directories) {
        if (directory.kind == DirectoryKind::other) continue;
        DirectoryFile file;
        if (directory.direct) {
            file.content = *directory.direct;
        } else {
            file.path = layout.absolute(directory.path.octets);
            auto info = files.select(file.path);
            if (!info) return fail(info.error());
            file.info = *info;
            auto whole =
                files.read_current(directory.path.index.value_or(0), directory.path.length.value_or(info->size));
            if (!whole) return fail(std::move(whole).error().in("file " + to_hex(file.path)));
            file.content = std::move(*whole);
        }
        file.directory = std::move(directory);
        layout.directories.push_back(std::move(file));
    }
    return layout;
}

bool torn(const DirectoryFile& file) {
    const auto kind = file.directory.kind;
    const bool certificates = kind == DirectoryKind::certificates || kind == DirectoryKind::trusted_certificates ||
                              kind == DirectoryKind::useful_certificates;
    return certificates && !parse_certificates(file.content);
}

Result<std::vector<PlacedCertificate>> certificates_of(const Layout& layout) {
    std::vector<PlacedCertificate> all;
    for (std::size_t i = 0; i < layout.directories.size(); ++i) {
        const auto kind = layout.directories[i].directory.kind;
        if (kind != DirectoryKind::certificates && kind != DirectoryKind::trusted_certificates &&
            kind != DirectoryKind::useful_certificates)
            continue;
        if (torn(layout.directories[i])) continue;
        auto some = parse_certificates(layout.directories[i].content);
        if (!some) return fail(std::move(some).error().in("file " + to_hex(layout.directories[i].path)));
        for (auto& object : *some) all.push_back({std::move(object), i});
    }
    return all;
}

Result<std::vector<KeyObject>> private_keys_of(const Layout& layout) {
    return gather<KeyObject>(layout, DirectoryKind::private_keys, parse_keys);
}

Result<std::vector<PinObject>> pins_of(const Layout& layout) {
    auto pins = gather<PinObject>(layout, DirectoryKind::authentication_objects, parse_pins);
    if (pins) std::erase_if(*pins, [](const PinObject& pin) { return pin.unblocking(); });
    return pins;
}

Result<Bytes> read_value(Files& files, const Layout& layout, const CertificateObject& object) {
    Bytes value = object.direct;
    if (object.path) {
        const Bytes path = layout.absolute(object.path->octets);
        auto info = files.select(path);
        if (!info) return fail(info.error());
        auto content = files.read_current(object.path->index.value_or(0), object.path->length.value_or(info->size));
        if (!content) return fail(std::move(content).error().in("file " + to_hex(path)));
        value = std::move(*content);
    }
    auto der = iso7816::TlvReader(value).read(0x30);
    if (!der)
        return fail(std::move(der).error().in(object.path ? "file " + to_hex(object.path->octets) : "certificate"));
    return Bytes(der->whole.begin(), der->whole.end());
}

Result<std::string> read_serial(Files& files, const TokenInfo& token) {
    auto data = files.card().send(command(0xCA, 0x01, 0xA0, {}, 256));
    if (!data) return fail(data.error());
    if (data->sw.ok() && data->data.size() == kMyEidDataSize)
        return to_hex(ByteView(data->data).subspan(kMyEidSerialOffset, kMyEidSerialSize));
    return to_hex(token.serial);
}

}  // namespace rakit::reference::pkcs15
