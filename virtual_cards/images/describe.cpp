#include "virtual_cards/images/describe.hpp"

#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/images/directory.hpp"
#include "virtual_cards/images/field_text.hpp"
#include "virtual_cards/images/image_state.hpp"
#include "virtual_cards/images/objects.hpp"
#include "virtual_cards/images/pkcs15_profile.hpp"

namespace rakit::cards {
namespace {

using directory::Kind;

std::string guard(std::uint8_t nibble) {
    return nibble == 0 ? "free" : nibble == 15 ? "never" : "PIN " + std::to_string(nibble);
}

std::string rights(const File& file) {
    if (file.kind == FileKind::df)
        return "create " + guard(file.access(Right::df_create_ef)) + ", delete " + guard(file.access(Right::df_delete));
    if (file.is_key() || file.kind == FileKind::secret_key)
        return "use " + guard(file.access(Right::key_use)) + ", update " + guard(file.access(Right::key_update)) +
               ", delete " + guard(file.access(Right::key_delete)) + ", generate " +
               guard(file.access(Right::key_generate));
    return "read " + guard(file.access(Right::ef_read)) + ", update " + guard(file.access(Right::ef_update)) +
           ", delete " + guard(file.access(Right::ef_delete));
}

std::string spaced(ByteView path) {
    std::string text;
    for (std::size_t i = 0; i < path.size(); i += 2) text += (i == 0 ? "" : " ") + to_hex(path.subspan(i, 2));
    return text;
}

std::string file_name(ByteView path) { return "file " + spaced(path); }

class Describer {
public:
    explicit Describer(pkcs15::State& state) : x_state(state), x_files(state.files) {}

    std::vector<Fact> run() {
        card();
        for (const auto& pin : x_state.pins.pins()) x_facts.push_back(describe_pin(pin));
        objects();
        file(FileSystem::kMf);
        for (const auto index : x_files.order()) file(index);
        return std::move(x_facts);
    }

private:
    void add(std::string subject, std::string text) {
        x_facts.push_back({std::move(subject), std::move(text), x_under});
    }

    void card() {
        add("card", "serial number " + to_hex(x_state.serial) + ", " +
                        (x_state.activated ? "activated" : "creation state") + ", change counter " +
                        std::to_string(x_state.change_counter) + ", " + std::to_string(x_files.free_memory()) + " of " +
                        std::to_string(x_files.memory()) + " octets free");
    }

    const File* at(ByteView path) const {
        const auto index = x_files.find(path);
        return index ? &x_files.at(*index) : nullptr;
    }

    void objects() {
        constexpr std::uint8_t kOdf[] = {0x3F, 0x00, 0x50, 0x15, 0x50, 0x31};
        const auto* odf = at(kOdf);
        if (odf == nullptr) return;
        for (const auto& entry : directory::odf_entries(odf->content)) {
            const auto* file = at(entry.path);
            if (file == nullptr) {
                x_under = file_name(kOdf);
                add("directory " + spaced(entry.path), "named in the ODF and not there");
                continue;
            }
            x_under = file_name(entry.path);
            const auto found = directory::objects(file->content);
            for (const auto& object : found.list) describe_object(static_cast<Kind>(entry.kind), object);
            if (!found.complete) add("directory " + spaced(entry.path), "can't be decoded to its end");
        }
    }

    void describe_object(Kind kind, const directory::Object& object) {
        const auto id = to_hex(object.id);
        if (kind == Kind::private_keys) return private_key(object);
        if (kind == Kind::certificates) return certificate(object, " on key " + id, "certificate ");
        if (kind == Kind::trusted_certificates) return certificate(object, "", "CA certificate ");
        if (kind == Kind::pins) return add("PIN object " + id, "'" + object.label + "'");
        if (kind == Kind::data) add("data object " + spaced(object.path), "'" + object.label + "'");
    }

    void private_key(const directory::Object& object) {
        std::string text = "'" + object.label + "'";
        const auto index = x_files.find(object.path);
        auto* key = index ? x_files.at(*index).key.key() : nullptr;
        const auto type = key == nullptr ? std::nullopt : ossl::key_type(key);
        text +=
            type ? ", " + std::string(ossl::name(*type)) + " " + fingerprint(ossl::spki(key)) : ", no key in its file";
        text += ", " + (object.auth_id.empty() ? std::string("no PIN") : "PIN object " + to_hex(object.auth_id));
        if (index && x_files.at(*index).user_consent) text += ", PIN before every use";
        add("key " + to_hex(object.id), text + ", in " + spaced(object.path));
    }

    void certificate(const directory::Object& object, const std::string& on, const std::string& what) {
        const auto* file = at(object.path);
        const auto place = ", '" + object.label + "', in " + spaced(object.path);
        const auto parsed = file == nullptr ? std::nullopt : certificate_in(file->content);
        if (!parsed) return add(what + "in " + spaced(object.path) + on, "no certificate there" + place);
        add(what + parsed->serial_hex() + on, certificate_text(*parsed) + place);
    }

    static std::optional<x509::Certificate> certificate_in(ByteView content);

    void file(FileSystem::Index index) {
        const auto& node = x_files.at(index);
        std::string text;
        switch (node.kind) {
            case FileKind::df: text = "folder"; break;
            case FileKind::ef:
                text = std::to_string(node.size) + " octets, content " + fingerprint(node.content);
                break;
            case FileKind::rsa_key: text = "RSA key of " + std::to_string(node.size) + " bits"; break;
            case FileKind::ec_key: text = "EC key of " + std::to_string(node.size) + " bits"; break;
            case FileKind::secret_key: text = "secret key of " + std::to_string(node.size) + " bits"; break;
        }
        const auto path = x_files.path(index);
        x_under = path.size() > 2 ? file_name(ByteView(path).first(path.size() - 2)) : "";
        add(file_name(path), text + ", " + rights(node));
    }

    pkcs15::State& x_state;
    FileSystem& x_files;
    std::vector<Fact> x_facts;
    std::string x_under;  ///< of the facts that are added
};

// The file may be longer than its certificate.
std::optional<x509::Certificate> Describer::certificate_in(ByteView content) {
    iso7816::TlvReader reader(content);
    const auto whole = reader.read();
    if (!whole) return std::nullopt;
    auto parsed = x509::Certificate::parse(whole->whole);
    return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

const Fact* find(const std::vector<Fact>& facts, const std::string& subject) {
    const auto found =
        std::find_if(facts.begin(), facts.end(), [&](const auto& fact) { return fact.subject == subject; });
    return found == facts.end() ? nullptr : &*found;
}

}  // namespace

Fact describe_pin(const PinObject& pin) {
    return {"PIN " + std::to_string(pin.reference),
            left_of(pin.tries, pin.max_tries) + " tries left, PUK " + left_of(pin.puk_tries, pin.max_puk_tries) +
                (pin.tries == 0 ? ", blocked" : ""),
            "card"};
}

Result<std::vector<Fact>> describe_pkcs15(const Image& image) {
    auto parsed = read_image(image.document);
    if (!parsed) return fail(std::move(parsed).error());
    return Describer(parsed->state).run();
}

Result<std::vector<std::string>> differences(const Image& before, const Image& after) {
    const auto was = describe(before), is = describe(after);
    if (!was) return fail(was.error());
    if (!is) return fail(is.error());
    std::vector<std::string> lines;
    for (const auto& fact : *was) {
        const auto* now = find(*is, fact.subject);
        if (now == nullptr)
            lines.push_back(fact.subject + " is gone: " + fact.text);
        else if (*now != fact)
            lines.push_back(fact.subject + " was " + fact.text + "; is " + now->text);
    }
    for (const auto& fact : *is)
        if (find(*was, fact.subject) == nullptr) lines.push_back(fact.subject + " is new: " + fact.text);
    return lines;
}

}  // namespace rakit::cards
