#include "certify/suite/pinpad_blocks.hpp"

namespace rakit::certify {
namespace {

constexpr std::uint8_t kAscii = 0x82;     // bmFormatString: system units are octets, PIN at 0, left justified, ASCII
constexpr std::uint8_t kBlock = 0x08;     // bmPINBlockString: no length in the block, eight octets
constexpr std::uint8_t kNoLength = 0x00;  // bmPINLengthFormat
constexpr std::uint8_t kMost = 8, kLeast = 4;
constexpr std::uint8_t kOnEnter = 0x02;  // bEntryValidationCondition: the validation key
constexpr std::uint8_t kEnglish[] = {0x09, 0x04};

void append_length(Bytes& block, std::size_t size) {
    for (int shift = 0; shift < 32; shift += 8) block.push_back(static_cast<std::uint8_t>(size >> shift));
}

}  // namespace

Bytes verify_block(ByteView command, std::uint8_t seconds) {
    Bytes block{seconds, seconds, kAscii, kBlock, kNoLength, kMost, kLeast, kOnEnter, 0x01};
    append(block, kEnglish);
    block.push_back(0x00);               // bMsgIndex
    block.insert(block.end(), 3, 0x00);  // bTeoPrologue
    append_length(block, command.size());
    append(block, command);
    return block;
}

Bytes modify_block(ByteView command, std::uint8_t seconds) {
    constexpr std::uint8_t kOldAt = 0, kNewAt = 8, kOldAndTwice = 0x03, kThreeMessages = 0x03;
    Bytes block{seconds, seconds, kAscii, kBlock,       kNoLength, kOldAt,
                kNewAt,  kMost,   kLeast, kOldAndTwice, kOnEnter,  kThreeMessages};
    append(block, kEnglish);
    for (std::uint8_t message = 0; message < 3; ++message) block.push_back(message);
    block.insert(block.end(), 3, 0x00);  // bTeoPrologue
    append_length(block, command.size());
    append(block, command);
    return block;
}

}  // namespace rakit::certify
