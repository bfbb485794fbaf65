#pragma once

#include "common/iso7816/tlv.hpp"
#include "mock_cm/core/qc_statements.hpp"

namespace rakit::cm::test {

/// qc_template_extension wraps statements as modCertTemplate carries them: one Extension.
inline Bytes qc_template_extension(const std::vector<QcStatement>& statements) {
    return iso7816::TlvWriter()
        .nest(0x30,
              [&](iso7816::TlvWriter& out) {
                  out.put(0x06, *from_hex("2B06010505070103"));
                  out.put(0x04, qc_extension(statements));
              })
        .bytes();
}

}  // namespace rakit::cm::test
