#pragma once

#include <string>

#include "common/base/clock.hpp"
#include "common/ossl/handles.hpp"

namespace rakit::cm {

/// serial_of makes an INTEGER of hex; null if it isn't hex.
inline ossl::Integer serial_of(const std::string& hex) {
    BIGNUM* number = nullptr;
    const bool read = !hex.empty() && BN_hex2bn(&number, hex.c_str()) == static_cast<int>(hex.size());
    const ossl::BigNumber owned(number);
    return ossl::Integer(read ? BN_to_ASN1_INTEGER(number, nullptr) : nullptr);
}

/// time_of makes a Time: UTCTime or GeneralizedTime by RFC 5280's rule.
inline ossl::Handle<ASN1_TIME, ASN1_TIME_free> time_of(UtcTime time) {
    return ossl::Handle<ASN1_TIME, ASN1_TIME_free>(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
}

/// generalized_time_of makes a GeneralizedTime.
inline ossl::Handle<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free> generalized_time_of(UtcTime time) {
    return ossl::Handle<ASN1_GENERALIZEDTIME, ASN1_GENERALIZEDTIME_free>(
        ASN1_GENERALIZEDTIME_set(nullptr, time.time_since_epoch().count()));
}

}  // namespace rakit::cm
