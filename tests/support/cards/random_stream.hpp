#pragma once

#include <cstdlib>
#include <initializer_list>

#include "common/base/rng.hpp"

namespace rakit::cards::test {

/// commands_in_all is how many commands a test streams at its cards: `usually`, or what RAKIT_RANDOM_COMMANDS says
/// (`ci/run random`).
inline int commands_in_all(int usually) {
    const char* wanted = std::getenv("RAKIT_RANDOM_COMMANDS");
    return wanted == nullptr ? usually : std::atoi(wanted);
}

/// RandomStream makes commands that are mostly near to sensible ones: one in twenty is noise, the others have a
/// family's class and instruction octets, and the parameters and data that the family draws for them.
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::string_view name) : x_rng(seed, name) {}
    virtual ~RandomStream() = default;

    Bytes next() {
        if (below(20) == 0) return x_rng.bytes(below(300));
        const auto cla = pick(classes());
        const auto ins = pick(instructions());
        Bytes command{cla, ins, p1(ins), p2(ins)};
        const auto data = data_of(ins);
        if (!data.empty()) command.push_back(static_cast<std::uint8_t>(data.size()));
        append(command, data);
        if (below(2) == 0) command.push_back(below(2) == 0 ? 0 : octet());
        return command;
    }

    std::size_t below(std::size_t bound) { return (static_cast<std::size_t>(octet()) << 8 | octet()) % bound; }

protected:
    virtual ByteView classes() const = 0;
    virtual ByteView instructions() const = 0;
    virtual std::uint8_t p1(std::uint8_t ins) = 0;
    virtual std::uint8_t p2(std::uint8_t ins) = 0;
    virtual Bytes data_of(std::uint8_t ins) = 0;

    std::uint8_t octet() { return x_rng.bytes(1)[0]; }
    std::uint8_t pick(ByteView values) { return values[below(values.size())]; }
    std::uint8_t pick(std::initializer_list<std::uint8_t> values) {
        return pick(ByteView(values.begin(), values.size()));
    }
    Bytes octets(std::size_t count) { return x_rng.bytes(count); }

private:
    SeededRng x_rng;
};

}  // namespace rakit::cards::test
