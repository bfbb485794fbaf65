#pragma once

#include "common/base/bytes.hpp"
#include "mock_cm/core/cms.hpp"
#include "mock_cm/core/officers.hpp"

namespace rakit::cm {

/// answer_cmc is POST /cmc: a signed PKIData in, a signed PKIResponse out - issued, confirmed or refused - with the
/// request log written. No octets: the answer is lost on purpose (Deviations::lost_answer).
/// Failures: request_malformed if the body is no CMC at all; cm_internal.
Result<Bytes> answer_cmc(const Context& context, Store& store, ByteView body, const x509::Certificate& peer);

}  // namespace rakit::cm
