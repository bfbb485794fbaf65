#pragma once

#include "common/base/error_code.hpp"

namespace rakit::code {

inline constexpr ErrorCode printer_offline = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 0);
inline constexpr ErrorCode printer_busy = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 1);
inline constexpr ErrorCode printer_feeder_empty = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 2);
inline constexpr ErrorCode printer_ribbon = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 3);
inline constexpr ErrorCode printer_cover_open = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 4);
inline constexpr ErrorCode printer_mechanical = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 5);
inline constexpr ErrorCode printer_tray_full = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 6);
inline constexpr ErrorCode printer_contact_failed = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 7);
inline constexpr ErrorCode printer_card_lost = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 8);
inline constexpr ErrorCode printer_refused = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 9);
inline constexpr ErrorCode printer_answer_invalid = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 10);
inline constexpr ErrorCode printer_wrong_card = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 11);
inline constexpr ErrorCode batch_incomplete = static_cast<ErrorCode>(static_cast<int>(ErrorCode::kCount) + 12);

}  // namespace rakit::code
