#pragma once

#include <array>
#include <string>
#include <string_view>

#include "mock_cm/core/cmc_syntax.hpp"
#include "mock_cm/core/qc_statements.hpp"

namespace rakit::cm {

inline constexpr std::uint32_t kPrintable = 0x13, kIa5 = 0x16;

/// kQcTypeWords name id-etsi-qct-esign, -eseal, -web: 0.4.0.1862.1.6.1 to .3.
inline constexpr std::array<std::string_view, 3> kQcTypeWords{"esign", "eseal", "web"};

/// qc_statement_oid gives the contents of the OID 0.4.0.1862.1.`arc`; qc_type_oid of 0.4.0.1862.1.6.`arc`.
inline Bytes qc_statement_oid(std::uint8_t arc) { return {0x04, 0x00, 0x8E, 0x46, 0x01, arc}; }
inline Bytes qc_type_oid(std::uint8_t arc) { return {0x04, 0x00, 0x8E, 0x46, 0x01, 0x06, arc}; }

/// qc_flaw tells what ETSI EN 319 412-5 has against a statement's info - the octets behind its identifier; empty if
/// nothing.
std::string qc_flaw(QcType type, ByteView info);

}  // namespace rakit::cm
