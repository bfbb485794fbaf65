#include "virtual_cards/images/directory.hpp"

#include <algorithm>

#include "common/iso7816/tlv.hpp"

namespace rakit::cards::directory {
namespace {

using iso7816::TlvWriter;

constexpr std::uint32_t kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kEnumerated = 0x0A, kUtf8String = 0x0C,
                        kSequence = 0x30, kBoolean = 0x01, kTypeAttributes = 0xA1;

/// A named bit list in DER: bit 0 is the first octet's highest, trailing zero bits are left out (X.690 section 11.2.2).
Bytes named_bits(const std::vector<unsigned>& set) {
    Bytes bits{0x00};
    if (set.empty()) return bits;
    const auto highest = *std::max_element(set.begin(), set.end());
    bits.resize(2 + highest / 8);
    bits[0] = static_cast<std::uint8_t>(7 - highest % 8);
    for (const auto bit : set) bits[1 + bit / 8] = static_cast<std::uint8_t>(bits[1 + bit / 8] | 0x80U >> bit % 8);
    return bits;
}

Bytes integer(unsigned value) {
    Bytes octets;
    do {
        octets.insert(octets.begin(), static_cast<std::uint8_t>(value));
        value >>= 8;
    } while (value != 0);
    if ((octets[0] & 0x80) != 0) octets.insert(octets.begin(), 0);
    return octets;
}

// Bits of CommonObjectFlags, KeyUsageFlags, KeyAccessFlags, PinFlags, TokenFlags.
constexpr unsigned kPrivate = 0, kModifiable = 1;
constexpr unsigned kDecrypt = 1, kSign = 2, kUnwrap = 5, kDerive = 8, kNonRepudiation = 9;
constexpr unsigned kEncrypt = 0, kWrap = 4, kVerify = 6;
constexpr unsigned kSensitive = 0, kAlwaysSensitive = 2, kNeverExtractable = 3, kLocal = 4;
constexpr unsigned kCaseSensitive = 0, kInitialized = 4, kNeedsPadding = 5, kSoPin = 7;
constexpr unsigned kPrnGeneration = 2, kEidCompliant = 3;

std::vector<unsigned> usage_bits(const std::vector<std::string>& words, bool private_key) {
    std::vector<unsigned> bits;
    const auto add = [&](unsigned of_private, unsigned of_public) {
        bits.push_back(private_key ? of_private : of_public);
    };
    for (const auto& word : words) {
        if (word == "digitalSignature") add(kSign, kVerify);
        if (word == "nonRepudiation") {
            add(kSign, kVerify);
            add(kNonRepudiation, kNonRepudiation);
        }
        if (word == "keyEncipherment") add(kUnwrap, kWrap);
        if (word == "dataEncipherment") add(kDecrypt, kEncrypt);
        if (word == "keyAgreement") add(kDerive, kDerive);
    }
    return bits;
}

unsigned bits_of(ossl::KeyType type) {
    switch (type) {
        case ossl::KeyType::rsa1024: return 1024;
        case ossl::KeyType::rsa2048: return 2048;
        case ossl::KeyType::rsa3072: return 3072;
        case ossl::KeyType::rsa4096: return 4096;
        case ossl::KeyType::ec_p256: return 256;
        case ossl::KeyType::ec_p384: return 384;
        case ossl::KeyType::ec_p521: return 521;
    }
    return 0;
}

void put_path(TlvWriter& to, ByteView path) {
    to.nest(kSequence, [&](TlvWriter& w) { w.put(kOctetString, path); });
}

// EC keys carry their size as RSA keys do: an extension of OpenSC's, which needs it.
void put_key_attributes(TlvWriter& to, const Key& key, ByteView path) {
    to.nest(kTypeAttributes, [&](TlvWriter& w) {
        w.nest(kSequence, [&](TlvWriter& inner) {
            put_path(inner, path);
            inner.put(kInteger, integer(bits_of(key.type)));
        });
    });
}

constexpr std::uint32_t key_tag(ossl::KeyType type) { return type <= ossl::KeyType::rsa4096 ? kSequence : 0xA0; }

}  // namespace

Bytes auth_id(std::uint8_t reference, bool so_pin) { return {so_pin ? std::uint8_t{0xFF} : reference}; }

Bytes pin_entry(const Pin& pin) {
    constexpr unsigned kMinLength = 4, kStoredLength = 8, kAsciiNumeric = 1;
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& w) {
                  w.nest(kSequence, [&](TlvWriter& common) {
                      common.put(kUtf8String, as_bytes(pin.label));
                      common.put(kBitString, named_bits({kPrivate, kModifiable}));
                  });
                  w.nest(kSequence, [&](TlvWriter& id) { id.put(kOctetString, auth_id(pin.reference, pin.so_pin)); });
                  w.nest(kTypeAttributes, [&](TlvWriter& type) {
                      type.nest(kSequence, [&](TlvWriter& attributes) {
                          std::vector<unsigned> flags{kCaseSensitive, kInitialized, kNeedsPadding};
                          if (pin.so_pin) flags.push_back(kSoPin);
                          attributes.put(kBitString, named_bits(flags));
                          attributes.put(kEnumerated, integer(kAsciiNumeric));
                          attributes.put(kInteger, integer(kMinLength));
                          attributes.put(kInteger, integer(kStoredLength));
                          attributes.put(kInteger, integer(kStoredLength));
                          attributes.put(0x80, integer(pin.reference));
                          attributes.put(kOctetString, Bytes{0xFF});
                          put_path(attributes, Bytes{0x3F, 0x00});
                      });
                  });
              })
        .bytes();
}

Bytes private_key_entry(const Key& key) {
    return TlvWriter()
        .nest(key_tag(key.type),
              [&](TlvWriter& w) {
                  w.nest(kSequence, [&](TlvWriter& common) {
                      common.put(kUtf8String, as_bytes(key.label));
                      common.put(kBitString, named_bits({kPrivate, kModifiable}));
                      common.put(kOctetString, auth_id(key.pin, false));
                      if (key.user_consent) common.put(kInteger, integer(1));
                  });
                  w.nest(kSequence, [&](TlvWriter& attributes) {
                      attributes.put(kOctetString, key.id);
                      attributes.put(kBitString, named_bits(usage_bits(key.usage, true)));
                      attributes.put(kBitString, named_bits({kSensitive, kAlwaysSensitive, kNeverExtractable, kLocal}));
                      attributes.put(kInteger, integer(key.private_path.back()));
                  });
                  put_key_attributes(w, key, key.private_path);
              })
        .bytes();
}

Bytes public_key_entry(const Key& key) {
    return TlvWriter()
        .nest(key_tag(key.type),
              [&](TlvWriter& w) {
                  w.nest(kSequence, [&](TlvWriter& common) {
                      common.put(kUtf8String, as_bytes(key.label));
                      common.put(kBitString, named_bits({kModifiable}));
                  });
                  w.nest(kSequence, [&](TlvWriter& attributes) {
                      attributes.put(kOctetString, key.id);
                      attributes.put(kBitString, named_bits(usage_bits(key.usage, false)));
                  });
                  put_key_attributes(w, key, key.public_path);
              })
        .bytes();
}

Bytes certificate_entry(const Certificate& certificate) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& w) {
                  w.nest(kSequence, [&](TlvWriter& common) {
                      common.put(kUtf8String, as_bytes(certificate.label));
                      common.put(kBitString, named_bits({kModifiable}));
                  });
                  w.nest(kSequence, [&](TlvWriter& attributes) {
                      attributes.put(kOctetString, certificate.id);
                      if (certificate.authority) attributes.put(kBoolean, Bytes{0xFF});
                  });
                  w.nest(kTypeAttributes, [&](TlvWriter& type) {
                      type.nest(kSequence, [&](TlvWriter& value) { put_path(value, certificate.path); });
                  });
              })
        .bytes();
}

Bytes odf_entry(Kind kind, ByteView path) {
    return TlvWriter().nest(0xA0U | static_cast<std::uint32_t>(kind), [&](TlvWriter& w) { put_path(w, path); }).bytes();
}

Bytes token_info(ByteView serial, const std::string& label, const std::optional<UtcTime>& last_update) {
    return TlvWriter()
        .nest(kSequence,
              [&](TlvWriter& w) {
                  w.put(kInteger, integer(0));
                  w.put(kOctetString, serial);
                  w.put(kUtf8String, as_bytes("rakit virtual card"));
                  w.put(0x80, as_bytes(label));
                  w.put(kBitString, named_bits({kPrnGeneration, kEidCompliant}));
                  if (!last_update) return;
                  std::string text;  // GeneralizedTime: the same digits without separators
                  for (const char c : to_iso8601(*last_update))
                      if (c != '-' && c != ':' && c != 'T') text += c;
                  w.nest(0xA5, [&](TlvWriter& time) { time.put(0x18, as_bytes(text)); });
              })
        .bytes();
}

Bytes dir_entry(ByteView aid, const std::string& label, ByteView path) {
    return TlvWriter()
        .nest(0x61,
              [&](TlvWriter& w) {
                  w.put(0x4F, aid);
                  w.put(0x50, as_bytes(label));
                  w.put(0x51, path);
              })
        .bytes();
}

}  // namespace rakit::cards::directory
