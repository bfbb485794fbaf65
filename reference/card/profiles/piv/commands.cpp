#include "reference/card/profiles/piv/commands.hpp"

#include "common/iso7816/tlv.hpp"
#include "reference/card/command.hpp"

namespace rakit::reference::piv {
namespace {

namespace sw = iso7816::sw;

constexpr std::uint8_t kSelect = 0xA4, kGetData = 0xCB, kPutData = 0xDB, kAuthenticate = 0x87, kGetMetadata = 0xF7;
constexpr std::uint32_t kContent = 0x53;
constexpr std::uint32_t kTemplate = 0x7C;
constexpr std::size_t kShortNe = 256;

/// tag_list names an object (`5C`).
Bytes tag_list(std::uint32_t object) {
    Bytes tag;
    for (int shift = 16; shift >= 0; shift -= 8)
        if (const auto octet = static_cast<std::uint8_t>(object >> shift); !tag.empty() || octet != 0)
            tag.push_back(octet);
    return iso7816::TlvWriter().put(0x5C, tag).bytes();
}

/// Cipher is one that a management key may be for.
struct Cipher {
    std::uint8_t algorithm;
    std::size_t key;
    const EVP_CIPHER* (*cipher)();
};

constexpr Cipher kCiphers[] = {{0x03, 24, EVP_des_ede3_ecb},
                               {0x08, 16, EVP_aes_128_ecb},
                               {0x0A, 24, EVP_aes_192_ecb},
                               {0x0C, 32, EVP_aes_256_ecb}};

Result<Bytes> encipher(const Cipher& cipher, const SecretBytes& key, ByteView block) {
    const ossl::CipherContext context(EVP_CIPHER_CTX_new());
    Bytes out(block.size());
    int size = 0;
    if (!context || EVP_EncryptInit_ex2(context.get(), cipher.cipher(), key.data(), nullptr, nullptr) != 1 ||
        EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
        block.size() % static_cast<std::size_t>(EVP_CIPHER_CTX_get_block_size(context.get())) != 0 ||
        EVP_EncryptUpdate(context.get(), out.data(), &size, block.data(), static_cast<int>(block.size())) != 1 ||
        static_cast<std::size_t>(size) != out.size())
        return fail(ErrorCode::crypto_failed, "the card's challenge can't be enciphered: " + ossl::last_error());
    return out;
}

std::optional<SecretBytes> key_of(const Pin& hex) {
    const auto digit = [](std::uint8_t c) {
        return c >= '0' && c <= '9'   ? c - '0'
               : c >= 'a' && c <= 'f' ? c - 'a' + 10
               : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                      : -1;
    };
    SecretBytes key;
    const ByteView digits = hex.digits();
    if (digits.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = digit(digits[i]), low = digit(digits[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        key.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return key;
}

Unexpected refused(std::uint8_t ins, iso7816::StatusWord status, const std::string& what) {
    return reference::refused(ins, status, what, "an authorisation that was not given");
}

/// challenge asks for one of the management key's kind; nothing if the card has another kind.
Result<std::optional<Bytes>> challenge_for(ApduChannel& card, const Cipher& cipher) {
    const Bytes ask{kTemplate, 0x02, static_cast<std::uint8_t>(Dynamic::challenge), 0x00};
    auto response = card.send(command(kAuthenticate, cipher.algorithm, kManagementKey, ask, kShortNe));
    if (!response) return fail(response.error());
    const auto status = response->sw;
    if (status == sw::kIncorrectP1P2 || status == sw::kIncorrectData || status == sw::kReferencedDataNotFound)
        return std::optional<Bytes>{};
    if (!status.ok()) return refused(kAuthenticate, status, "management key");
    const auto dynamic = iso7816::find_tlv(response->data, kTemplate);
    const auto value = dynamic ? iso7816::find_tlv(dynamic->value, 0x81) : std::nullopt;
    if (!value || value->value.empty())
        return fail(ErrorCode::card_content_invalid, "the card gave no challenge for its management key");
    return std::optional(Bytes(value->value.begin(), value->value.end()));
}

}  // namespace

Result<void> select(ApduChannel& card) {
    auto response = card.send(command(kSelect, 0x04, 0x00, Bytes(std::begin(kAid), std::end(kAid)), kShortNe));
    if (!response) return fail(response.error());
    if (response->sw.ok()) return {};
    return fail(ErrorCode::card_unsupported, "the card has no PIV application",
                "INS A4 SW " + iso7816::to_string(response->sw));
}

Result<std::optional<Bytes>> get_data(ApduChannel& card, std::uint32_t object) {
    const std::string what = "object " + to_hex(ByteView(tag_list(object)).subspan(2));
    auto response = card.send(command(kGetData, 0x3F, 0xFF, tag_list(object), kShortNe));
    if (!response) return fail(std::move(response).error().in(what));
    if (response->sw == sw::kFileNotFound || response->sw == sw::kReferencedDataNotFound) return std::optional<Bytes>{};
    if (!response->sw.ok()) return refused(kGetData, response->sw, what);
    if (object == kDiscovery) return std::optional(std::move(response->data));
    auto content = iso7816::TlvReader(response->data).read(kContent);
    if (!content) return fail(std::move(content).error().in(what));
    if (content->value.empty()) return std::optional<Bytes>{};
    return std::optional(Bytes(content->value.begin(), content->value.end()));
}

iso7816::CommandApdu put_data(std::uint32_t object, ByteView content) {
    iso7816::TlvWriter writer;
    writer.raw(tag_list(object)).put(kContent, content);
    return command(kPutData, 0x3F, 0xFF, std::move(writer).bytes(), 0);
}

Result<std::optional<Metadata>> get_metadata(ApduChannel& card, std::uint8_t slot, bool& supported) {
    auto response = card.send(command(kGetMetadata, 0x00, slot, {}, kShortNe));
    if (!response) return fail(response.error());
    if (response->sw == sw::kInsNotSupported || response->sw == sw::kClaNotSupported) supported = false;
    if (!response->sw.ok()) return std::optional<Metadata>{};
    Metadata metadata;
    const auto algorithm = iso7816::find_tlv(response->data, 0x01);
    const auto policy = iso7816::find_tlv(response->data, 0x02);
    const auto key = iso7816::find_tlv(response->data, 0x04);
    if (algorithm && algorithm->value.size() == 1) metadata.algorithm = algorithm->value[0];
    if (policy && !policy->value.empty() && policy->value[0] >= 1 && policy->value[0] <= 3)
        metadata.pin = static_cast<PinUse>(policy->value[0] - 1);
    if (key) metadata.spki = read_metadata_key(key->value);
    return std::optional(std::move(metadata));
}

Result<Bytes> authenticate(ApduChannel& card, std::uint8_t algorithm, std::uint8_t key, Dynamic field, ByteView value,
                           Dynamic wanted) {
    iso7816::TlvWriter writer;
    writer.nest(kTemplate, [&](iso7816::TlvWriter& dynamic) {
        if (field != Dynamic::response) dynamic.put(static_cast<std::uint8_t>(Dynamic::response), {});
        dynamic.put(static_cast<std::uint8_t>(field), value);
    });
    const std::string what = "key " + to_hex(Bytes{key});
    auto response = card.send(command(kAuthenticate, algorithm, key, std::move(writer).bytes(), kShortNe));
    if (!response) return fail(std::move(response).error().in(what));
    if (!response->sw.ok()) return refused(kAuthenticate, response->sw, what);
    const auto dynamic = iso7816::find_tlv(response->data, kTemplate);
    const auto found = dynamic ? iso7816::find_tlv(dynamic->value, static_cast<std::uint8_t>(wanted)) : std::nullopt;
    return found ? Bytes(found->value.begin(), found->value.end()) : Bytes{};
}

Result<void> authenticate_management(ApduChannel& card, const Pin& hex) {
    const auto key = key_of(hex);
    bool fits = false;
    if (key)
        for (const auto& cipher : kCiphers) {
            if (cipher.key != key->size()) continue;
            fits = true;
            auto challenge = challenge_for(card, cipher);
            if (!challenge) return fail(challenge.error());
            if (!*challenge) continue;
            auto answer = encipher(cipher, *key, **challenge);
            if (!answer) return fail(answer.error());
            auto done =
                authenticate(card, cipher.algorithm, kManagementKey, Dynamic::response, *answer, Dynamic::response);
            if (done) return {};
            const bool wrong = done.error().code == ErrorCode::card_write_failed;
            return wrong ? fail(ErrorCode::pin_wrong, "the card refused the management key", done.error().where)
                         : fail(done.error());
        }
    if (!fits) return fail(ErrorCode::pin_malformed, "a management key is 32, 48 or 64 hexadecimal digits");
    return fail(ErrorCode::pin_wrong, "the card's management key is of another kind");
}

}  // namespace rakit::reference::piv
