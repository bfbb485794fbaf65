// Keys: ISO/IEC 7816-8 (GENERATE, PERFORM SECURITY OPERATION), 7816-4 section 7.5.11 (MANAGE SECURITY ENVIRONMENT),
// 7.5.5 (GENERAL AUTHENTICATE), 7.5.3 (GET CHALLENGE).
#include <algorithm>

#include "common/iso7816/tlv.hpp"
#include "virtual_cards/applets/pkcs15/applet.hpp"

namespace rakit::cards::pkcs15 {
namespace {

namespace sw = iso7816::sw;
using iso7816::ResponseApdu;

constexpr std::uint8_t kSign = 0xB6, kDecipher = 0xB8, kAgree = 0xA4;
// Algorithm reference: low nibble 0 raw, 2 PKCS#1 v1.5, 4 ECDSA; high nibble 1: the card puts SHA-1's DigestInfo
// before.
constexpr std::uint8_t kPkcs1 = 0x02, kWithSha1 = 0x10;
constexpr std::uint8_t kSha1DigestInfo[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E,
                                            0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14};

}  // namespace

ResponseApdu Pkcs15Applet::generate(const Command& command, const Disturbance& disturbance) {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    auto* file = selected_file();
    if (file == nullptr) return {{}, sw::kNoCurrentFile};
    if (!file->is_key()) return {{}, sw::kIncompatibleFile};
    if (!allowed(*file, Right::key_generate)) return {{}, sw::kSecurityStatusNotSatisfied};
    const bool rsa = file->kind == FileKind::rsa_key;
    static constexpr std::uint8_t kF4[] = {0x30, 0x05, 0x81, 0x03, 0x01, 0x00, 0x01};
    if (!command.data.empty() && !(rsa && equal_bytes(command.data, kF4))) return {{}, sw::kIncorrectData};
    if (!has_key_size(rsa, file->size, x_state.weak_rsa)) return {{}, sw::kFunctionNotSupported};
    if (disturbance.memory_failure) return {{}, sw::kMemoryFailure};
    // The counter is part of the label, so that two keys of one card differ also after it was taken up again.
    SeededRng stream(x_state.seed, "card generate " + to_hex(x_state.serial) + " " +
                                       to_hex(x_state.files.path(*x_file)) + " " +
                                       std::to_string(x_state.change_counter));
    auto key = generate_key_object(rsa, file->size, stream);
    if (!key) return {{}, sw::kNoPreciseDiagnosis};
    file->key = std::move(*key);
    worked({KeyOperation::Kind::generate, rsa, file->size});
    changed(disturbance);
    return {{}, sw::kOk};
}

ResponseApdu Pkcs15Applet::manage_environment(const Command& command) {
    if (command.p1 != 0x41 && command.p1 != 0x81 && command.p1 != 0xC1) return {{}, sw::kIncorrectP1P2};
    if (command.p2 != kSign && command.p2 != kDecipher && command.p2 != kAgree) return {{}, sw::kIncorrectP1P2};
    Environment environment{command.p2, 0, {}};
    iso7816::TlvReader reader(command.data);
    while (!reader.at_end()) {
        const auto part = reader.read();
        if (!part) return {{}, sw::kIncorrectData};
        if (part->tag == 0x80 && part->value.size() == 1)
            environment.algorithm = part->value[0];
        else if (part->tag == 0x81 && part->value.size() == 2)
            environment.file = static_cast<std::uint16_t>(part->value[0] << 8 | part->value[1]);
        else if (part->tag != 0x84)
            return {{}, sw::kIncorrectData};
    }
    if (environment.file) {
        const auto found = x_state.files.child(x_df, *environment.file);
        if (!found) return {{}, sw::kReferencedDataNotFound};
        if (!x_state.files.at(*found).is_key()) return {{}, sw::kIncompatibleFile};
    }
    x_environment = environment;
    return {{}, sw::kOk};
}

std::optional<Pkcs15Applet::Index> Pkcs15Applet::usable_key(std::uint8_t template_tag,
                                                            iso7816::StatusWord& refusal) const {
    const auto refuse = [&](iso7816::StatusWord status) {
        refusal = status;
        return std::nullopt;
    };
    if (x_environment.template_tag != template_tag) return refuse(sw::kConditionsNotSatisfied);
    const auto index = x_environment.file ? x_state.files.child(x_df, *x_environment.file) : x_file;
    if (!index) return refuse(sw::kReferencedDataNotFound);
    const auto& file = x_state.files.at(*index);
    if (!file.is_key()) return refuse(sw::kIncompatibleFile);
    const auto nibble = file.access(Right::key_use);
    if (!x_state.pins.allows(nibble)) return refuse(sw::kSecurityStatusNotSatisfied);
    if (file.user_consent && nibble != 0 && !x_state.pins.fresh(nibble)) return refuse(sw::kSecurityStatusNotSatisfied);
    if (file.key.empty()) return refuse(sw::kReferencedDataNotFound);
    return index;
}

ResponseApdu Pkcs15Applet::perform_operation(const Command& command, const Disturbance& disturbance) {
    const bool signs = command.p1 == 0x9E && command.p2 == 0x9A;
    const bool deciphers = command.p1 == 0x80 && command.p2 == 0x86;
    if (!signs && !deciphers) return {{}, sw::kIncorrectP1P2};
    if (command.data.empty()) return {{}, sw::kWrongLength};
    iso7816::StatusWord refusal;
    const auto index = usable_key(signs ? kSign : kDecipher, refusal);
    if (!index) return {{}, refusal};
    auto& file = x_state.files.at(*index);
    return signs ? sign(command.data, file, disturbance) : decipher(command, file);
}

void Pkcs15Applet::used(const File& file) {
    worked({KeyOperation::Kind::use, file.kind == FileKind::rsa_key, file.size});
    if (file.user_consent) x_state.pins.use_up(file.access(Right::key_use));
}

ResponseApdu Pkcs15Applet::sign(ByteView input, File& file, const Disturbance& disturbance) {
    const bool rsa = file.kind == FileKind::rsa_key;
    Bytes whole;
    if (rsa && (x_environment.algorithm & kWithSha1) != 0) {
        if (input.size() != 20) return {{}, sw::kWrongLength};
        whole = concat({kSha1DigestInfo, input});
        input = whole;
    }
    if (!rsa && input.size() > (file.size + 7U) / 8U) return {{}, sw::kWrongLength};
    // OpenSC fills a hash up with zeros on the left to the field's octets. Of P-521's 528 bits ECDSA would cut seven
    // off on the right (FIPS 186-4 section 6.4): the card takes the number that was meant.
    if (!rsa && file.size % 8 != 0)
        while (input.size() > 1 && input.front() == 0) input = input.subspan(1);
    const auto padding = (x_environment.algorithm & 0x0F) == kPkcs1 ? RsaPadding::pkcs1 : RsaPadding::none;
    auto signature = file.key.sign(input, padding);
    if (!signature) return {{}, sw::kWrongLength};
    used(file);
    if (disturbance.wrong_signature) signature->back() ^= 1;
    return {std::move(*signature), sw::kOk};
}

// The first octet says what follows: 00 the whole cryptogram, 81 its first half, 82 the second (2048 bits don't fit
// into one short command).
ResponseApdu Pkcs15Applet::decipher(const Command& command, File& file) {
    constexpr std::uint8_t kWhole = 0x00, kFirstHalf = 0x81, kSecondHalf = 0x82;
    const auto indicator = command.data[0];
    const auto part = ByteView(command.data).subspan(1);
    if (indicator == kFirstHalf) {
        x_first_half.assign(part.begin(), part.end());
        return {{}, sw::kOk};
    }
    if (indicator == kSecondHalf && x_first_half.empty()) return {{}, sw::kConditionsNotSatisfied};
    if (indicator != kWhole && indicator != kSecondHalf) return {{}, sw::kIncorrectData};
    Bytes cryptogram = indicator == kWhole ? Bytes{} : std::move(x_first_half);
    x_first_half.clear();
    append(cryptogram, part);
    if (file.kind != FileKind::rsa_key) return {{}, sw::kIncompatibleFile};
    const auto padding = (x_environment.algorithm & 0x0F) == kPkcs1 ? RsaPadding::pkcs1 : RsaPadding::none;
    auto plain = file.key.decipher(cryptogram, padding);
    if (!plain) return {{}, sw::kIncorrectData};
    used(file);
    return {std::move(*plain), sw::kOk};
}

ResponseApdu Pkcs15Applet::agree(const Command& command) {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    const auto dynamic = iso7816::find_tlv(command.data, 0x7C);
    const auto point = dynamic ? iso7816::find_tlv(dynamic->value, 0x85) : std::nullopt;
    if (!point) return {{}, sw::kIncorrectData};
    iso7816::StatusWord refusal;
    const auto index = usable_key(kAgree, refusal);
    if (!index) return {{}, refusal};
    auto& file = x_state.files.at(*index);
    if (file.kind != FileKind::ec_key) return {{}, sw::kIncompatibleFile};
    auto shared = file.key.derive(point->value);
    if (!shared) return {{}, sw::kIncorrectData};
    used(file);
    return {std::move(*shared), sw::kOk};
}

ResponseApdu Pkcs15Applet::challenge(const Command& command) {
    if (command.p1 != 0 || command.p2 != 0) return {{}, sw::kIncorrectP1P2};
    constexpr std::size_t kMost = 256;
    if (!command.data.empty() || command.ne == 0 || command.ne > kMost) return {{}, sw::kWrongLength};
    return {x_random.bytes(command.ne), sw::kOk};
}

}  // namespace rakit::cards::pkcs15
