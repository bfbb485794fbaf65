#include "mock_cm/store/op_pin_cipher.hpp"

#include "common/base/file.hpp"
#include "common/base/rng.hpp"
#include "common/ossl/handles.hpp"

namespace rakit::cm {
namespace {

constexpr std::size_t kKeyOctets = 64;
constexpr int kTagOctets = 16;

using Cipher = ossl::Handle<EVP_CIPHER, EVP_CIPHER_free>;

SecretBytes new_key() {
    SecretBytes key(kKeyOctets);
    SystemRng().fill(key.data(), key.size());
    return key;
}

/// Siv is one operation of AES-256-SIV, ready for the octets.
struct Siv {
    Cipher cipher{EVP_CIPHER_fetch(nullptr, "AES-256-SIV", nullptr)};
    ossl::CipherContext context{EVP_CIPHER_CTX_new()};

    bool start(const SecretBytes& key, bool encrypt) {
        return cipher && context && key.size() == kKeyOctets &&
               EVP_CipherInit_ex(context.get(), cipher.get(), nullptr, key.data(), nullptr, encrypt ? 1 : 0) == 1;
    }
    bool authenticate(const std::string& text) {
        int size = 0;
        return EVP_CipherUpdate(context.get(), nullptr, &size, as_bytes(text).data(), static_cast<int>(text.size())) ==
               1;
    }
    bool control(int what, std::uint8_t* tag) { return EVP_CIPHER_CTX_ctrl(context.get(), what, kTagOctets, tag) == 1; }
    bool run(std::uint8_t* to, ByteView from) {
        int size = 0, rest = 0;
        return EVP_CipherUpdate(context.get(), to, &size, from.data(), static_cast<int>(from.size())) == 1 &&
               EVP_CipherFinal_ex(context.get(), to + size, &rest) == 1;
    }
};

}  // namespace

Result<OpPinCipher> OpPinCipher::beside(const std::filesystem::path& database) {
    const auto path = database.parent_path() / "op-pin.key";
    OpPinCipher cipher;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        cipher.x_key = new_key();
        if (auto done = write_file_atomically(path, cipher.x_key, 0600); !done) return Unexpected{done.error()};
        return cipher;
    }
    auto key = read_file(path, kKeyOctets + 1);
    if (!key) return Unexpected{std::move(key).error()};
    cipher.x_key.assign(key->begin(), key->end());
    wipe(key->data(), key->size());
    if (cipher.x_key.size() != kKeyOctets)
        return fail(ErrorCode::store_invalid, "not a key of " + std::to_string(kKeyOctets) + " octets", path.string(),
                    "restore the file that belongs to this database; without it the held OP PINs are lost");
    return cipher;
}

Result<OpPinCipher> OpPinCipher::fleeting() {
    OpPinCipher cipher;
    cipher.x_key = new_key();
    return cipher;
}

Result<Bytes> OpPinCipher::seal(const std::string& card_serial, ByteView value) const {
    Bytes sealed(kTagOctets + value.size());
    Siv siv;
    if (value.empty() || !siv.start(x_key, true) || !siv.authenticate(card_serial) ||
        !siv.run(sealed.data() + kTagOctets, value) || !siv.control(EVP_CTRL_AEAD_GET_TAG, sealed.data()))
        return fail(ErrorCode::crypto_failed, "encrypting an OP PIN: " + ossl::last_error());
    return sealed;
}

Result<SecretBytes> OpPinCipher::open(const std::string& card_serial, ByteView sealed) const {
    Siv siv;
    if (sealed.size() > kTagOctets && siv.start(x_key, false)) {
        Bytes tag(sealed.begin(), sealed.begin() + kTagOctets);
        SecretBytes value(sealed.size() - kTagOctets);
        if (siv.control(EVP_CTRL_AEAD_SET_TAG, tag.data()) && siv.authenticate(card_serial) &&
            siv.run(value.data(), sealed.subspan(kTagOctets)))
            return value;
    }
    ossl::last_error();
    return fail(ErrorCode::store_invalid, "a held OP PIN can't be decrypted: another key, or a changed row", {},
                "restore op-pin.key, or enter the OP PIN anew");
}

}  // namespace rakit::cm
