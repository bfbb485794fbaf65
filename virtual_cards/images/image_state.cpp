#include "virtual_cards/images/image_state.hpp"

#include <algorithm>
#include <array>

#include "virtual_cards/images/field_text.hpp"

namespace rakit::cards {
namespace {

using nlohmann::json;

Unexpected invalid(std::string what, std::string where) {
    return fail(ErrorCode::document_invalid, std::move(what), std::move(where));
}

constexpr std::array kKinds{std::pair{FileKind::df, "df"}, std::pair{FileKind::ef, "ef"},
                            std::pair{FileKind::rsa_key, "rsa-key"}, std::pair{FileKind::ec_key, "ec-key"},
                            std::pair{FileKind::secret_key, "secret-key"}};

json file_to_json(const FileSystem& files, FileSystem::Index index) {
    const auto& file = files.at(index);
    json out{{"path", to_hex(files.path(index))}, {"acl", to_hex(file.acl)}};
    for (const auto& [kind, name] : kKinds)
        if (kind == file.kind) out["kind"] = name;
    if (file.proprietary != decltype(file.proprietary){}) out["proprietary"] = to_hex(file.proprietary);
    if (!file.aid.empty()) out["aid"] = to_hex(file.aid);
    if (file.kind != FileKind::df) out["size"] = file.size;
    if (file.user_consent) out["user_consent"] = true;
    if (!file.key.empty()) out["key"] = to_hex(file.key.pkcs8());
    if (!file.secret.empty()) out["key"] = to_hex(file.secret);
    // The zeros behind the last octet are not written: that is most of a directory file.
    const auto last = std::find_if(file.content.rbegin(), file.content.rend(), [](auto octet) { return octet != 0; });
    const auto size = static_cast<std::size_t>(file.content.rend() - last);
    if (size > 0) out["content"] = to_hex(ByteView(file.content).first(size));
    return out;
}

template <class Array>
void copy_hex(const json& object, const char* key, Array& to) {
    const auto octets = hex(object, key);
    if (octets.size() == to.size()) std::copy(octets.begin(), octets.end(), to.begin());
}

Result<void> read_file_entry(const json& entry, FileSystem& files) {
    const auto path = hex(entry, "path");
    const auto where = entry.value("path", std::string());
    File file;
    file.id = static_cast<std::uint16_t>(path[path.size() - 2] << 8 | path[path.size() - 1]);
    for (const auto& [kind, name] : kKinds)
        if (entry.at("kind") == name) file.kind = kind;
    copy_hex(entry, "acl", file.acl);
    copy_hex(entry, "proprietary", file.proprietary);
    file.aid = hex(entry, "aid");
    file.size = entry.value("size", std::uint16_t{0});
    file.user_consent = entry.value("user_consent", false);
    if (path.size() == 2) {
        if (file.id != FileSystem::kMfId || file.kind != FileKind::df)
            return invalid("the first file is 3F00, a df", where);
        files.at(FileSystem::kMf).acl = file.acl;
        files.at(FileSystem::kMf).aid = file.aid;
        return {};
    }
    const auto parent = files.find(ByteView(path).first(path.size() - 2));
    if (!parent || files.at(*parent).kind != FileKind::df) return invalid("its df is not there before it", where);
    if (files.find(path)) return invalid("there twice", where);
    file.parent = *parent;
    // Not by the schema: a regular expression over so long a string could overflow the stack.
    for (const auto* field : {"content", "key"})
        if (!from_hex(entry.value(field, std::string())))
            return invalid(std::string("'") + field + "' is not hex", where);
    auto content = hex(entry, "content");
    if (content.size() > (file.kind == FileKind::ef ? file.size : 0U))
        return invalid("content is longer than the file", where);
    if (auto key = hex(entry, "key"); !key.empty() && file.kind == FileKind::secret_key) {
        if (key.size() * 8 != file.size) return invalid("the key hasn't the file's size", where);
        file.secret.assign(key.begin(), key.end());
        wipe(key.data(), key.size());
    } else if (!key.empty()) {
        if (!file.is_key()) return invalid("only key files hold keys", where);
        file.key = KeyObject::from_pkcs8(key);
        if (file.key.key() == nullptr || EVP_PKEY_get_bits(file.key.key()) != file.size ||
            EVP_PKEY_is_a(file.key.key(), "RSA") != (file.kind == FileKind::rsa_key ? 1 : 0))
            return invalid("not a PKCS#8 key of the file's kind and size", where);
        file.key = KeyObject::from_pkcs8(key);  // parsed again when used: an idle card stays small
        wipe(key.data(), key.size());
    }
    const auto index = files.add(std::move(file));
    if (!index) return invalid("the memory limit is passed", where);
    std::copy(content.begin(), content.end(), files.at(*index).content.begin());
    return {};
}

}  // namespace

Image to_image(ByteView atr, const pkcs15::State& state, const std::vector<Fault>& faults) {
    json document{{"kind", "card-image"},
                  {"version", 1},
                  {"profile", "pkcs15"},
                  {"atr", to_hex(atr)},
                  {"serial", to_hex(state.serial)},
                  {"firmware", firmware_text(state.firmware)},
                  {"seed", state.seed},
                  {"memory", state.files.memory()},
                  {"state", state.activated ? "activated" : "creation"},
                  {"change_counter", state.change_counter},
                  {"pins", json::array()},
                  {"files", json::array()}};
    if (state.weak_rsa == WeakRsa::yes) document["weak_rsa"] = true;
    for (const auto& pin : state.pins.pins()) document["pins"].push_back(pin_to_json(pin));
    document["files"].push_back(file_to_json(state.files, FileSystem::kMf));
    for (const auto index : state.files.order()) document["files"].push_back(file_to_json(state.files, index));
    for (const auto& fault : faults)
        if (!spent(fault)) document["faults"].push_back(to_json(fault));
    return {std::move(document)};
}

Result<Pkcs15Image> read_image(const json& document) {
    Pkcs15Image image;
    image.atr = hex(document, "atr");
    auto& state = image.state;
    copy_hex(document, "serial", state.serial);
    state.firmware = read_firmware(document.value("firmware", firmware_text(state.firmware)));
    state.seed = document.at("seed").get<std::uint64_t>();
    state.change_counter = document.at("change_counter").get<std::uint16_t>();
    state.activated = document.at("state") == "activated";
    state.weak_rsa = document.value("weak_rsa", false) ? WeakRsa::yes : WeakRsa::no;
    state.files = FileSystem(document.at("memory").get<std::size_t>());
    for (const auto& entry : document.at("pins")) {
        auto pin = read_pin(entry);
        if (!pin) return Unexpected{std::move(pin).error()};
        state.pins.put(std::move(*pin));
    }
    for (const auto& entry : document.at("files"))
        if (auto done = read_file_entry(entry, state.files); !done) return Unexpected{std::move(done).error()};
    return image;
}

}  // namespace rakit::cards
