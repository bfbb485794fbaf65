// GET DATA and PUT DATA: the card's own data objects, key import, initialising.
#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/pkcs15/applet.hpp"

namespace rakit::cards::pkcs15 {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

void push_u16(Bytes& to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value));
}

Bytes card_information(const State& state, bool other_serial) {
    Bytes data{0x11, 0x00, 0x00, 0x00, 0x00};
    append(data, state.firmware);
    append(data, state.serial);
    if (other_serial) data.back() ^= 0xFF;
    push_u16(data, state.change_counter);
    return data;
}

Bytes capabilities() {
    constexpr std::uint8_t kVersion = 1, kRsa = 0x01, kEcc = 0x08;
    constexpr std::size_t kMaxRsa = 4096, kMaxEcc = 521;
    Bytes data{kVersion};
    push_u16(data, kRsa | kEcc);
    for (const std::size_t bits : {kMaxRsa, std::size_t{0}, std::size_t{0}, kMaxEcc}) push_u16(data, bits);
    return data;
}

constexpr std::uint8_t kModulus = 0x80, kExponent = 0x81, kP = 0x83, kQ = 0x84, kDp = 0x85, kDqOrPoint = 0x86,
                       kQinvOrScalar = 0x87, kModulusFirst = 0x88, kModulusRest = 0x89;

}  // namespace

ResponseApdu Pkcs15Applet::get_data(const Command& command, const Disturbance& disturbance) {
    if (!command.data.empty()) return {{}, sw::kWrongLength};
    if (command.p1 != 0x01) return {{}, sw::kReferencedDataNotFound};
    const auto public_value = [&](FileKind kind) -> ResponseApdu {
        auto* file = selected_file();
        if (file == nullptr) return {{}, sw::kNoCurrentFile};
        if (file->kind != kind) return {{}, sw::kIncompatibleFile};
        auto value = file->key.public_value();
        if (!value) return {{}, sw::kReferencedDataNotFound};
        return {std::move(*value), sw::kOk};
    };
    switch (command.p2) {
        case 0x01: return public_value(FileKind::rsa_key);
        case 0x02: {
            if (auto response = public_value(FileKind::rsa_key); !response.sw.ok()) return response;
            return {{0x01, 0x00, 0x01}, sw::kOk};
        }
        case 0x86: {
            auto response = public_value(FileKind::ec_key);
            if (response.sw.ok()) response.data = iso7816::TlvWriter().put(0x86, response.data).bytes();
            return response;
        }
        case 0xA0: return {card_information(x_state, disturbance.other_serial), sw::kOk};
        case 0xA1: {
            Bytes list;
            for (const auto index : x_state.files.children(x_df)) push_u16(list, x_state.files.at(index).id);
            return {std::move(list), sw::kOk};
        }
        case 0xAA: return {capabilities(), sw::kOk};
        default: return {{}, sw::kReferencedDataNotFound};
    }
}

ResponseApdu Pkcs15Applet::put_data(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0x01) return {{}, sw::kIncorrectP1P2};
    if (command.p2 >= 0x01 && command.p2 <= 0x0E) return create_pin(command, disturbance);
    if (command.p2 >= kModulus && command.p2 <= kModulusRest) return import_part(command, disturbance);
    if (command.p2 == 0xA0) return store_secret(command, disturbance);
    if (command.p2 == 0xE0) return initialise(command, disturbance);
    return {{}, sw::kReferencedDataNotFound};
}

// PUT DATA 01E0: two octets size (ignored), the MF's access octets, those of DF 5015. Everything that was there is
// gone.
ResponseApdu Pkcs15Applet::initialise(const Command& command, const Disturbance& disturbance) {
    if (command.data.size() != 8) return {{}, sw::kWrongLength};
    if (!allowed(x_state.files.at(FileSystem::kMf), Right::df_delete)) return {{}, sw::kSecurityStatusNotSatisfied};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    x_state.files.clear();
    x_state.pins.clear();
    x_state.activated = false;
    std::copy_n(command.data.begin() + 2, 3, x_state.files.at(FileSystem::kMf).acl.begin());
    File application;
    application.kind = FileKind::df;
    application.id = 0x5015;
    application.aid.assign(std::begin(kAid), std::end(kAid));
    std::copy_n(command.data.begin() + 5, 3, application.acl.begin());
    (void)x_state.files.add(std::move(application));
    reset();
    changed(disturbance);
    return {{}, sw::kOk};
}

ResponseApdu Pkcs15Applet::import_part(const Command& command, const Disturbance& disturbance) {
    const auto* file = selected_file();
    if (file == nullptr) return {{}, sw::kNoCurrentFile};
    if (!file->is_key()) return {{}, sw::kIncompatibleFile};
    if (!allowed(*file, Right::key_update)) return {{}, sw::kSecurityStatusNotSatisfied};
    if (command.data.empty() || command.data.size() > 520) return {{}, sw::kWrongLength};
    const bool rsa = file->kind == FileKind::rsa_key;
    if (!rsa && command.p2 != kDqOrPoint && command.p2 != kQinvOrScalar) return {{}, sw::kIncorrectP1P2};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    if (x_import_file != x_file) x_import.clear();
    x_import_file = x_file;
    x_import[command.p2] = command.data;
    return finish_import(rsa, disturbance);
}

// PUT DATA 01A0: a secret key, of exactly the file's size. The card keeps it and does nothing with it.
ResponseApdu Pkcs15Applet::store_secret(const Command& command, const Disturbance& disturbance) {
    auto* file = selected_file();
    if (file == nullptr) return {{}, sw::kNoCurrentFile};
    if (file->kind != FileKind::secret_key) return {{}, sw::kIncompatibleFile};
    if (!allowed(*file, Right::key_update)) return {{}, sw::kSecurityStatusNotSatisfied};
    if (command.data.size() * 8 != file->size) return {{}, sw::kWrongLength};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    file->secret.assign(command.data.begin(), command.data.end());
    changed(disturbance);
    return {{}, sw::kOk};
}

// The key is there when its last part has come; whichever comes last tells whether they fit.
ResponseApdu Pkcs15Applet::finish_import(bool rsa, const Disturbance& disturbance) {
    auto& file = *selected_file();
    const auto has = [&](std::uint8_t part) { return x_import.count(part) != 0; };
    std::optional<KeyObject> key;
    if (rsa) {
        const bool modulus = has(kModulus) || (has(kModulusFirst) && has(kModulusRest));
        if (!modulus || !has(kExponent) || !has(kP) || !has(kQ) || !has(kDp) || !has(kDqOrPoint) || !has(kQinvOrScalar))
            return {{}, sw::kOk};
        const auto n = has(kModulus) ? x_import[kModulus] : concat({x_import[kModulusFirst], x_import[kModulusRest]});
        key = assemble_rsa({n, x_import[kExponent], x_import[kP], x_import[kQ], x_import[kDp], x_import[kDqOrPoint],
                            x_import[kQinvOrScalar]});
    } else {
        if (!has(kDqOrPoint) || !has(kQinvOrScalar)) return {{}, sw::kOk};
        key = assemble_ec(file.size, x_import[kQinvOrScalar], x_import[kDqOrPoint]);
    }
    for (auto& [part, value] : x_import) wipe(value.data(), value.size());
    x_import.clear();
    if (!key || !has_key_size(rsa, file.size, x_state.weak_rsa) || EVP_PKEY_get_bits(key->key()) != file.size)
        return {{}, sw::kIncorrectData};
    file.key = std::move(*key);
    changed(disturbance);
    return {{}, sw::kOk};
}

}  // namespace rakit::cards::pkcs15
