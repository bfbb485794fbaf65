#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace rakit::cards {

/// KeyOperation is work of the card's cryptographic part, the only one that takes a time worth telling.
struct KeyOperation {
    enum class Kind { use, generate };
    Kind kind = Kind::use;  ///< use: sign, decipher, agree
    bool rsa = true;
    std::size_t bits = 0;
};

/// Latency is how long a card's key operations take: `instant` adds nothing, the others are the fastest, the median and
/// the slowest of published measurements of real cards (virtual_cards/README.md, Latency).
enum class Latency { instant, fast, typical, slow };

/// kLatencies lists them.
inline constexpr Latency kLatencies[] = {Latency::instant, Latency::fast, Latency::typical, Latency::slow};

/// name gives `instant`, ...
std::string_view name(Latency latency);

/// latency_from_name reads what name() writes.
std::optional<Latency> latency_from_name(std::string_view name);

/// time_of gives what an operation takes. Measured: RSA-2048 and P-256. Other sizes are reckoned from these: a use of
/// an RSA key with the third power of its size, its generation with the fourth, both of an EC key with the third.
std::chrono::milliseconds time_of(Latency latency, const KeyOperation& operation);

}  // namespace rakit::cards
