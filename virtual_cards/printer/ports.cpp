#include "virtual_cards/printer/ports.hpp"

namespace rakit::printer {
namespace {

using std::chrono::milliseconds;

class RawConversation final : public Conversation {
public:
    RawConversation(Esc& esc, milliseconds late) : x_esc(esc), x_late(late), x_outages(esc.printer().look().outages) {}
    Spoken heard(ByteView octets) override {
        Spoken spoken;
        x_frames.feed(octets);
        while (const auto command = x_frames.next()) {
            const auto reply = x_esc.answer(*command);
            const auto delivery = x_esc.printer().delivery();
            if (reply.offline || delivery == Delivery::dropped) {
                spoken.close = true;
                return spoken;
            }
            if (delivery == Delivery::late) spoken.delay = x_late;
            append(spoken.octets, x_esc.wire(reply));
        }
        return spoken;
    }
    /// What a client leaves half said is forgotten with it.
    Spoken ended() override { return {}; }
    /// No connection outlives the printer's power.
    bool over() const override { return x_esc.printer().look().outages != x_outages; }

private:
    Esc& x_esc;
    EscFrames x_frames;
    milliseconds x_late;
    std::uint64_t x_outages;
};

class RpcConversation final : public Conversation {
public:
    static constexpr std::size_t kLongestRequest = 16U << 20U;
    RpcConversation(Rpc& rpc, milliseconds late) : x_rpc(rpc), x_late(late) {}
    Spoken heard(ByteView octets) override {
        x_text += as_text(octets);
        if (x_text.size() <= kLongestRequest) return {};
        return {
            to_bytes(
                R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"over 16 MiB"},"id":null})"),
            true,
            {}};
    }
    Spoken ended() override {
        if (x_text.empty()) return {};
        auto answer = x_rpc.answer(x_text);
        if (answer.delivery == Delivery::dropped) return {{}, true, {}};
        return {to_bytes(answer.text), true, answer.delivery == Delivery::late ? x_late : milliseconds(0)};
    }

private:
    Rpc& x_rpc;
    std::string x_text;
    milliseconds x_late;
};

}  // namespace

std::unique_ptr<Conversation> raw_conversation(Esc& esc, milliseconds late) {
    return std::make_unique<RawConversation>(esc, late);
}

std::unique_ptr<Conversation> rpc_conversation(Rpc& rpc, milliseconds late) {
    return std::make_unique<RpcConversation>(rpc, late);
}

Result<TcpPort> start_raw_port(Esc& esc, const std::string& address, std::uint16_t port, milliseconds late) {
    TcpOptions options;
    options.address = address;
    options.port = port;
    options.one_client = true;
    options.busy = {0x15, 'T'};
    options.tick = [&esc] { esc.printer().tick(); };
    return TcpPort::start(std::move(options), [&esc, late] { return raw_conversation(esc, late); });
}

Result<TcpPort> start_rpc_port(Rpc& rpc, const std::string& address, std::uint16_t port, milliseconds late) {
    TcpOptions options;
    options.address = address;
    options.port = port;
    return TcpPort::start(std::move(options), [&rpc, late] { return rpc_conversation(rpc, late); });
}

}  // namespace rakit::printer
