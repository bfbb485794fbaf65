#include "virtual_cards/applets/piv/key_parts.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "common/iso7816/tlv.hpp"

namespace rakit::cards::piv {
namespace {

const Bytes kF4{0x01, 0x00, 0x01};

using Group = ossl::Handle<EC_GROUP, EC_GROUP_free>;
using Point = ossl::Handle<EC_POINT, EC_POINT_free>;

ossl::BigNumber number(ByteView bytes) {
    return ossl::BigNumber(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

std::optional<Bytes> part(ByteView data, std::uint32_t tag, std::size_t most) {
    const auto found = iso7816::find_tlv(data, tag);
    if (!found || found->value.empty() || found->value.size() > most) return std::nullopt;
    return Bytes(found->value.begin(), found->value.end());
}

std::optional<KeyObject> rsa_key(std::size_t octets, ByteView data) {
    RsaParts parts;
    Bytes* const fields[] = {&parts.p, &parts.q, &parts.dp, &parts.dq, &parts.qinv};
    for (std::uint32_t i = 0; i < std::size(fields); ++i) {
        auto value = part(data, i + 1, octets / 2);
        if (!value) return std::nullopt;
        *fields[i] = std::move(*value);
    }
    const ossl::BigNumberContext work(BN_CTX_secure_new());
    const auto p = number(parts.p), q = number(parts.q);
    const ossl::BigNumber n(BN_new());
    if (BN_mul(n.get(), p.get(), q.get(), work.get()) != 1 || static_cast<std::size_t>(BN_num_bytes(n.get())) != octets)
        return std::nullopt;
    parts.n.resize(octets);
    BN_bn2bin(n.get(), parts.n.data());
    parts.e = kF4;
    auto key = assemble_rsa(parts);
    for (auto* field : fields) wipe(field->data(), field->size());
    return key;
}

std::optional<KeyObject> ec_key(std::size_t octets, ByteView data) {
    auto d = part(data, 0x06, octets);
    if (!d) return std::nullopt;
    const Group group(EC_GROUP_new_by_curve_name(octets == 32 ? NID_X9_62_prime256v1 : NID_secp384r1));
    const Point point(EC_POINT_new(group.get()));
    const auto scalar = number(*d);
    Bytes octet_string(1 + 2 * octets);
    std::optional<KeyObject> key;
    if (EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1 &&
        EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octet_string.data(),
                           octet_string.size(), nullptr) == octet_string.size())
        key = assemble_ec(8 * octets, *d, octet_string);
    wipe(d->data(), d->size());
    ERR_clear_error();
    return key;
}

}  // namespace

Bytes public_key_fields(SlotKey& slot) {
    const auto value = slot.key.public_value().value_or(Bytes{});
    iso7816::TlvWriter writer;
    if (is_rsa(slot.algorithm))
        writer.put(0x81, value).put(0x82, kF4);
    else
        writer.put(0x86, value);
    return std::move(writer).bytes();
}

std::optional<KeyObject> key_of_parts(Algorithm algorithm, ByteView data) {
    return is_rsa(algorithm) ? rsa_key(octets_of(algorithm), data) : ec_key(octets_of(algorithm), data);
}

}  // namespace rakit::cards::piv
