#pragma once

#include <cstdint>
#include <vector>

#include "reference/cm/order.hpp"

namespace rakit::reference {

/// request_body_parts gives the request's body part id for each line: controls are numbered first, from 1, then the
/// requests (docs/formats/wire.md), so an answer, also one after an interruption, is read with nothing but the order.
std::vector<std::uint32_t> request_body_parts(const Order& order);

/// order_pki_data gives an order's PKIData, DER; `requests` holds one PKCS#10 for each line, or what
/// witnessed_request made. Failures: field_invalid,
/// card_content_invalid (the card's serial number is no hex).
Result<Bytes> order_pki_data(const Order& order, const std::vector<Bytes>& requests);

/// query_pki_data gives the PKIData that asks for a pending order.
Bytes query_pki_data(const Order& order, const Pending& pending, ByteView sender_nonce);

/// confirmation_pki_data gives the PKIData that accepts or refuses what was issued.
Bytes confirmation_pki_data(const Order& order, const Issued& issued, bool accepted, ByteView sender_nonce);

}  // namespace rakit::reference
