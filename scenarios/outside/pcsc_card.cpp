#include "scenarios/outside/pcsc_card.hpp"

#include <winscard.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/base/bounded_worker.hpp"
#include "scenarios/outside/card_outside.hpp"

namespace rakit::scenarios {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kHeldByAnother{1000}, kAnswer{30000};
constexpr std::size_t kLongestAnswer = 258;

Unexpected failed(LONG status, const std::string& reader) {
    const std::string where = std::string("PC/SC: ") + pcsc_stringify_error(status);
    switch (status) {
        case SCARD_E_NO_SERVICE:
        case SCARD_E_SERVICE_STOPPED:
            return fail(ErrorCode::service_absent, "the PC/SC service does not answer", where,
                        "install the package pcscd and start it");
        case SCARD_E_UNKNOWN_READER:
        case SCARD_E_READER_UNAVAILABLE:
            return fail(ErrorCode::reader_absent, "the reader is gone", reader, "plug it in again");
        case SCARD_E_NO_SMARTCARD:
        case SCARD_E_NO_READERS_AVAILABLE:
            return fail(ErrorCode::card_absent, "no card is in the reader", reader, "put a card in");
        case SCARD_E_SHARING_VIOLATION:
            return fail(ErrorCode::reader_busy, "another program holds the card", reader, "end that program");
        case SCARD_W_UNRESPONSIVE_CARD:
        case SCARD_W_UNPOWERED_CARD:
        case SCARD_E_TIMEOUT: return fail(ErrorCode::card_mute, "the card does not answer", reader);
        case SCARD_W_REMOVED_CARD:
        case SCARD_W_RESET_CARD: return fail(ErrorCode::card_removed, "the card was taken out, or reset", reader);
        default: return fail(ErrorCode::io_failed, where, reader);
    }
}

/// Connection is a connection to the service, and to a card once one is wished for. Calls that might never return run
/// on a worker, which keeps the connection alive for as long as one of them is stuck.
struct Connection {
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    bool connected = false, held = false;
    DWORD leave_card = SCARD_LEAVE_CARD;

    LONG establish() { return SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context); }
    Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        if (held) SCardEndTransaction(card, SCARD_LEAVE_CARD);
        if (connected) SCardDisconnect(card, leave_card);
        if (context != 0) SCardReleaseContext(context);
    }
    LONG hold(const std::string& reader) {
        LONG status = establish();
        if (status == SCARD_S_SUCCESS)
            status = SCardConnect(context, reader.c_str(), SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                                  &card, &protocol);
        connected = status == SCARD_S_SUCCESS;
        if (connected) status = SCardBeginTransaction(card);
        held = connected && status == SCARD_S_SUCCESS;
        return status;
    }
};

/// HeldCard is the card while nobody else can speak to it.
class HeldCard {
public:
    static Result<HeldCard> of(const std::string& reader) {
        HeldCard held(reader);
        const auto status =
            held.x_worker->run([link = held.x_link, reader] { return link->hold(reader); }, kHeldByAnother);
        if (!status) return failed(SCARD_E_SHARING_VIOLATION, reader);
        if (*status != SCARD_S_SUCCESS) return failed(*status, reader);
        return held;
    }

    Result<Bytes> transmit(ByteView command) {
        struct Exchange {
            Bytes command, answer = Bytes(kLongestAnswer);
            DWORD size = kLongestAnswer;
        };
        const auto exchange = std::make_shared<Exchange>();
        exchange->command.assign(command.begin(), command.end());
        const auto status = x_worker->run(
            [link = x_link, exchange] {
                const auto* way = link->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
                return SCardTransmit(link->card, way, exchange->command.data(), exchange->command.size(), nullptr,
                                     exchange->answer.data(), &exchange->size);
            },
            kAnswer);
        if (!status) return failed(SCARD_E_TIMEOUT, x_reader);
        if (*status != SCARD_S_SUCCESS) return failed(*status, x_reader);
        exchange->answer.resize(exchange->size);
        return std::move(exchange->answer);
    }

    Result<void> reset(DWORD how) {
        const auto status = x_worker->run(
            [link = x_link, how] {
                return SCardReconnect(link->card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, how,
                                      &link->protocol);
            },
            kAnswer);
        if (!status) return failed(SCARD_E_TIMEOUT, x_reader);
        if (*status != SCARD_S_SUCCESS) return failed(*status, x_reader);
        return {};
    }

private:
    explicit HeldCard(std::string reader)
        : x_reader(std::move(reader)),
          x_link(std::make_shared<Connection>()),
          x_worker(std::make_unique<BoundedWorker>()) {}
    std::string x_reader;
    std::shared_ptr<Connection> x_link;
    std::unique_ptr<BoundedWorker> x_worker;
};

bool verified(const nlohmann::json& card) {
    for (const auto& pin : card.at("pins"))
        if (pin.at("tries") == CardChannel::kVerified) return true;
    return false;
}

Result<std::vector<std::string>> readers() {
    Connection service;
    LONG status = service.establish();
    DWORD size = 0;
    if (status == SCARD_S_SUCCESS) status = SCardListReaders(service.context, nullptr, nullptr, &size);
    std::string names(size, '\0');
    if (status == SCARD_S_SUCCESS) status = SCardListReaders(service.context, nullptr, names.data(), &size);
    if (status == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>{};
    if (status != SCARD_S_SUCCESS) return failed(status, "");
    std::vector<std::string> all;
    for (const char* name = names.data(); name < names.data() + size && *name != 0; name += all.back().size() + 1)
        all.emplace_back(name);
    return all;
}

}  // namespace

Result<std::string> reader_called(const std::string& name) {
    const auto all = readers();
    if (!all) return Unexpected{Error(all.error())};
    std::vector<std::string> matching;
    std::string there;
    for (const auto& reader : *all) {
        if (reader == name) return reader;
        if (reader.find(name) != std::string::npos) matching.push_back(reader);
        there += (there.empty() ? "'" : ", '") + reader + "'";
    }
    if (matching.size() == 1) return matching.front();
    return fail(ErrorCode::reader_absent,
                (matching.empty() ? "no reader is called '" : "more than one reader is called '") + name + "'",
                "--reader", there.empty() ? "plug a reader in: there is none" : "name one of " + there);
}

Result<nlohmann::json> read_pcsc_card(const std::string& reader) {
    auto card = HeldCard::of(reader);
    if (!card) return Unexpected{std::move(card).error()};
    const auto transmit = [&](ByteView command) { return card->transmit(command); };
    auto seen = read_card_outside(transmit);
    if (!seen || !verified(*seen)) return seen;
    if (auto done = card->reset(SCARD_RESET_CARD); !done) return Unexpected{std::move(done).error()};
    return read_card_outside(transmit);
}

Result<void> power_cycle(const std::string& reader) {
    auto card = HeldCard::of(reader);
    if (!card) return Unexpected{std::move(card).error()};
    return card->reset(SCARD_UNPOWER_CARD);
}

}  // namespace rakit::scenarios
