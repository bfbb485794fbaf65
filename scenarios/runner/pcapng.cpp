#include <algorithm>

#include "scenarios/runner/case_event.hpp"

namespace rakit::scenarios {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A, kInterface = 1, kEnhancedPacket = 6, kByteOrder = 0x1A2B3C4D;
constexpr std::uint16_t kLinkExportedPdu = 252, kLinkIpv4 = 228;
constexpr std::uint32_t kCardInterface = 0, kCmInterface = 1;
// Wireshark's exported_pdu_tlvs.h; these tags are big-endian.
constexpr std::uint16_t kTagDissector = 12, kTagDirection = 35;
constexpr std::uint32_t kSentToCard = 0, kFromCard = 1;
constexpr std::uint8_t kSyn = 0x02, kAck = 0x10, kPush = 0x18, kFin = 0x11;

/// Octets builds little-endian blocks and big-endian headers.
class Octets {
public:
    Octets& u8(std::uint8_t value) { return x_octets.push_back(value), *this; }
    Octets& le16(std::uint16_t value) {
        return u8(static_cast<std::uint8_t>(value)).u8(static_cast<std::uint8_t>(value >> 8U));
    }
    Octets& le32(std::uint32_t value) {
        return le16(static_cast<std::uint16_t>(value)).le16(static_cast<std::uint16_t>(value >> 16U));
    }
    Octets& be16(std::uint16_t value) {
        return u8(static_cast<std::uint8_t>(value >> 8U)).u8(static_cast<std::uint8_t>(value));
    }
    Octets& be32(std::uint32_t value) {
        return be16(static_cast<std::uint16_t>(value >> 16U)).be16(static_cast<std::uint16_t>(value));
    }
    Octets& add(ByteView octets) { return append(x_octets, octets), *this; }
    Octets& pad() {
        while (x_octets.size() % 4 != 0) x_octets.push_back(0);
        return *this;
    }
    const Bytes& bytes() const { return x_octets; }

private:
    Bytes x_octets;
};

std::uint16_t size16(std::size_t size) { return static_cast<std::uint16_t>(size); }
std::uint32_t size32(std::size_t size) { return static_cast<std::uint32_t>(size); }

Bytes block(std::uint32_t type, const Octets& body) {
    Octets padded = body;
    padded.pad();
    const std::uint32_t length = size32(padded.bytes().size()) + 12;
    return Octets().le32(type).le32(length).add(padded.bytes()).le32(length).bytes();
}

void option(Octets& to, std::uint16_t code, ByteView value) {
    to.le16(code).le16(size16(value.size())).add(value).pad();
}

Bytes interface(std::uint16_t link, std::string_view name) {
    Octets body;
    body.le16(link).le16(0).le32(0);
    option(body, 2, as_bytes(name));
    return block(kInterface, body.le32(0));
}

std::uint16_t checksum(const Bytes& octets) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < octets.size(); i += 2)
        sum += static_cast<std::uint32_t>(octets[i] << 8U) | (i + 1 < octets.size() ? octets[i + 1] : 0U);
    while (sum > 0xFFFFU) sum = (sum & 0xFFFFU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

/// End is one end of a TCP connection.
struct End {
    std::uint32_t address;
    std::uint16_t port;
    std::uint32_t next;  ///< sequence number
};

class Capture {
public:
    explicit Capture(const std::string& id) {
        Octets head;
        head.le32(kByteOrder).le16(1).le16(0).le32(0xFFFFFFFF).le32(0xFFFFFFFF);
        option(head, 1, as_bytes(id));
        append(x_octets, block(kSectionHeader, head.le32(0)));
        append(x_octets, interface(kLinkExportedPdu, "card"));
        append(x_octets, interface(kLinkIpv4, "CM host"));
    }

    void apdu(const CaseEvent& event) {
        pdu(event.at, kSentToCard, event.sent, event.text);
        if (!event.received.empty()) pdu(event.at + event.took, kFromCard, event.received, "");
    }

    /// http gives each exchange a TCP connection of its own, as if it had gone over a network in plain.
    void http(const CaseEvent& event) {
        constexpr std::uint16_t kHttpPort = 80, kFirstPort = 49152;
        End client{0x7F000001, static_cast<std::uint16_t>(kFirstPort + x_connections++ % 16000), 1000};
        End server{0x7F000002, kHttpPort, 5000};
        const auto end = event.at + event.took;
        segment(event.at, client, server, kSyn, {});
        segment(event.at, server, client, kSyn | kAck, {});
        segment(event.at, client, server, kAck, {});
        stream(event.at, client, server, event.sent);
        stream(end, server, client, event.received);
        segment(end, server, client, kFin, {});
        segment(end, client, server, kFin, {});
    }

    Bytes octets() && { return std::move(x_octets); }

private:
    void packet(std::chrono::microseconds at, std::uint32_t interface_id, const Bytes& content,
                std::string_view comment) {
        const auto time = static_cast<std::uint64_t>(at.count());
        Octets body;
        body.le32(interface_id).le32(static_cast<std::uint32_t>(time >> 32U)).le32(static_cast<std::uint32_t>(time));
        body.le32(size32(content.size())).le32(size32(content.size())).add(content).pad();
        if (!comment.empty()) {
            option(body, 1, as_bytes(comment));
            body.le32(0);
        }
        append(x_octets, block(kEnhancedPacket, body));
    }

    void pdu(std::chrono::microseconds at, std::uint32_t direction, const Bytes& content, std::string_view comment) {
        Octets whole;
        const std::string_view dissector = "iso7816";
        whole.be16(kTagDissector).be16(8).add(as_bytes(dissector)).pad();
        whole.be16(kTagDirection).be16(4).be32(direction).be32(0).add(content);
        packet(at, kCardInterface, whole.bytes(), comment);
    }

    void stream(std::chrono::microseconds at, End& from, End& to, ByteView content) {
        constexpr std::size_t kMost = 32768;
        while (!content.empty()) {
            const std::size_t size = std::min(kMost, content.size());
            segment(at, from, to, kPush, content.first(size));
            content = content.subspan(size);
        }
        segment(at, to, from, kAck, {});
    }

    void segment(std::chrono::microseconds at, End& from, const End& to, std::uint8_t flags, ByteView content) {
        const auto length = size16(20 + content.size());
        const std::uint32_t acknowledged = (flags & kAck) != 0 ? to.next : 0;
        const auto tcp = [&](std::uint16_t sum) {
            return Octets()
                .be16(from.port)
                .be16(to.port)
                .be32(from.next)
                .be32(acknowledged)
                .u8(0x50)
                .u8(flags)
                .be16(0xFFFF)
                .be16(sum)
                .be16(0)
                .add(content)
                .bytes();
        };
        Octets pseudo;
        pseudo.be32(from.address).be32(to.address).be16(6).be16(length).add(tcp(0));
        const auto ip = [&](std::uint16_t sum) {
            return Octets()
                .be16(0x4500)
                .be16(size16(20U + length))
                .be32(0)
                .be16(0x4006)
                .be16(sum)
                .be32(from.address)
                .be32(to.address)
                .bytes();
        };
        packet(at, kCmInterface, Octets().add(ip(checksum(ip(0)))).add(tcp(checksum(pseudo.bytes()))).bytes(), "");
        from.next += size32(content.size()) + ((flags & 0x03U) != 0 ? 1 : 0);
    }

    Bytes x_octets;
    unsigned x_connections = 0;
};

}  // namespace

Bytes to_pcapng(const CaseTraceFile& trace) {
    Capture capture(trace.id);
    for (const auto& event : trace.events) {
        if (event.sent.empty()) continue;
        if (event.kind == "apdu") capture.apdu(event);
        if (event.kind == "http") capture.http(event);
    }
    return std::move(capture).octets();
}

}  // namespace rakit::scenarios
