#pragma once

#include <cstdint>

/// Tags and object identifiers that reading and writing CMC share.
namespace rakit::cm {

inline constexpr std::uint32_t kInteger = 0x02, kOctetString = 0x04, kOid = 0x06, kUtf8String = 0x0C,
                               kEnumerated = 0x0A, kGeneralizedTime = 0x18;
inline constexpr std::uint32_t kSequence = 0x30, kSet = 0x31, kBoolean = 0x01;

/// id-cmc, 1.3.6.1.5.5.7.7, as the contents of an OBJECT IDENTIFIER; one more arc names the control.
inline constexpr std::uint8_t kIdCmc[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x07};

/// Control is the last arc of a control's OID (RFC 5272 section 6).
enum Control : std::uint8_t {
    kDataReturn = 4,
    kTransactionId = 5,
    kSenderNonce = 6,
    kRecipientNonce = 7,
    kLraPopWitness = 11,
    kRevokeRequest = 17,
    kRegInfo = 18,
    kResponseInfo = 19,
    kQueryPending = 21,
    kConfirmCertAcceptance = 24,
    kStatusInfoV2 = 25,
    kModCertTemplate = 31,
};

}  // namespace rakit::cm
