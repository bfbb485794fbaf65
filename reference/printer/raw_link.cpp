#include <optional>

#include "reference/printer/esc_link.hpp"
#include "reference/printer/tcp_stream.hpp"

namespace rakit::reference {
namespace {

constexpr std::uint8_t kAck = 0x06;
constexpr std::uint8_t kNack = 0x15;
constexpr std::size_t kLongestAnswer = 4096;
constexpr std::chrono::seconds kConnectBound{5};

Bytes framed(const std::string& command) { return to_bytes("\x1B" + command + "\r"); }

class RawLink final : public EscLink {
public:
    RawLink(PrinterUrl url, std::chrono::milliseconds bound) : x_url(std::move(url)), x_bound(bound) {}

    Result<EscAnswer> say(const std::string& command) override { return exchange(framed(command)); }

    Result<EscAnswer> print(const FaceDots& dots) override {
        const auto data = compressed(panel_lines(dots));
        Bytes download = to_bytes(
            "\x1B"
            "Dbc;k;1016;" +
            std::to_string(data.size()) + ";");
        append(download, data);
        download.push_back('\r');
        for (const auto& octets : {framed("Sr"), download}) {
            auto answer = exchange(octets);
            if (!answer || answer->kind == EscAnswer::Kind::nack) return answer;
        }
        return exchange(framed("Sp;k"));
    }

private:
    Result<EscAnswer> exchange(ByteView octets) {
        if (auto open = connect(); !open) return Unexpected{std::move(open).error()};
        auto answer = x_stream->send(octets) ? read() : Result<EscAnswer>(gone());
        // What comes after a broken answer would be taken for the next one's.
        if (!answer) x_stream.reset();
        return answer;
    }

    Result<void> connect() {
        if (x_stream) return {};
        auto stream = TcpStream::connect(x_url.host, x_url.port, kConnectBound);
        if (!stream) return Unexpected{std::move(stream).error()};
        x_stream.emplace(std::move(*stream));
        x_pending.clear();
        // The host manages errors (2), and wants ACK and NACK (4).
        auto answer = x_stream->send(framed("Pem;6")) ? read() : Result<EscAnswer>(gone());
        if (answer && answer->kind == EscAnswer::Kind::ack) return {};
        x_stream.reset();
        if (!answer) return Unexpected{std::move(answer).error()};
        return fail(ErrorCode::printer_busy, "the printer speaks to somebody else", x_url.host + ":" + x_url.port);
    }

    Unexpected gone() const {
        return fail(ErrorCode::printer_offline, "the connection broke", x_url.host + ":" + x_url.port);
    }

    Result<void> more() {
        auto octets = x_stream->receive(x_bound);
        if (!octets) return Unexpected{std::move(octets).error()};
        if (octets->empty()) return gone();
        append(x_pending, *octets);
        return {};
    }

    Result<EscAnswer> read() {
        while (x_pending.empty() || (x_pending[0] == kNack && x_pending.size() < 2))
            if (auto read = more(); !read) return Unexpected{std::move(read).error()};
        if (x_pending[0] == kAck) return take(1, {});
        if (x_pending[0] == kNack) return take(2, {EscAnswer::Kind::nack, static_cast<char>(x_pending[1]), {}});
        for (;;) {
            const auto text = as_text(x_pending);
            if (const auto end = text.find('\r'); end != std::string_view::npos)
                return take(end + 1, {EscAnswer::Kind::text, 0, std::string(text.substr(0, end))});
            if (text.size() > kLongestAnswer)
                return fail(ErrorCode::printer_answer_invalid, "an answer without end", x_url.host + ":" + x_url.port);
            if (auto read = more(); !read) return Unexpected{std::move(read).error()};
        }
    }

    EscAnswer take(std::size_t octets, EscAnswer answer) {
        x_pending.erase(x_pending.begin(), x_pending.begin() + static_cast<std::ptrdiff_t>(octets));
        return answer;
    }

    PrinterUrl x_url;
    std::chrono::milliseconds x_bound;
    std::optional<TcpStream> x_stream;
    Bytes x_pending;
};

}  // namespace

std::unique_ptr<EscLink> raw_link(PrinterUrl url, std::chrono::milliseconds bound) {
    return std::make_unique<RawLink>(std::move(url), bound);
}

}  // namespace rakit::reference
