#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "common/ossl/handles.hpp"

namespace rakit::ossl {

// OpenSSL 3.0 looks through all decoders and key managers of a library context for each public key that stands in what
// it reads, as soon as it reads it. These read in a context with few of them, which takes a third of the time, and
// once more in the usual one if a key is of a type that the few can't read: what is accepted, and what is refused, is
// the same.

/// Decoded is what was read, or null, and how many octets it took.
template <class Handle>
struct Decoded {
    Handle object;
    std::size_t size = 0;
};

/// decode_certificate reads an X.509 certificate, DER. OpenSSL's error queue tells why not.
Decoded<X509Certificate> decode_certificate(ByteView der);
/// decode_cms reads a CMS ContentInfo, BER.
Decoded<CmsContentInfo> decode_cms(ByteView ber);

/// SplitCms is a SignedData without the certificates of its bag, and these apart.
struct SplitCms {
    CmsContentInfo cms;
    std::vector<ByteView> certificates;  ///< of the octets that were read, each a whole value
};

/// split_cms reads one SignedData with definite lengths whose bag holds X.509 certificates alone, for who knows some
/// of them already; nothing for all else, which says nothing about whether decode_cms reads it.
std::optional<SplitCms> split_cms(ByteView der);

}  // namespace rakit::ossl
