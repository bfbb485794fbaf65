#include "reference/card/pcsc_reader.hpp"

#include <winscard.h>

#include <algorithm>
#include <optional>

#include "common/base/bounded_worker.hpp"
#include "common/base/secret.hpp"

namespace rakit::reference {
namespace {

constexpr std::size_t kLargestResponse = 65538;
// A card that changes this often between two calls is not worth waiting for.
constexpr int kChangesInARow = 3;

std::string pcsc_where(LONG status) { return std::string("PC/SC: ") + pcsc_stringify_error(status); }

std::string joined(const std::vector<std::string>& readers) {
    if (readers.empty()) return "there is no reader";
    std::string text = "the readers are:";
    for (const auto& reader : readers) text += " '" + reader + "'";
    return text;
}

Unexpected failed(LONG status, const std::string& reader) {
    const std::string of = reader.empty() ? "" : " in '" + reader + "'";
    switch (status) {
        case SCARD_E_NO_SERVICE:
        case SCARD_E_SERVICE_STOPPED:
            return fail(ErrorCode::service_absent, "the PC/SC service does not answer", pcsc_where(status),
                        "install the package pcscd and start it");
        case SCARD_E_UNKNOWN_READER:
        case SCARD_E_READER_UNAVAILABLE:
        case SCARD_E_NO_READERS_AVAILABLE:
            return fail(ErrorCode::reader_absent, "reader '" + reader + "' is not there", pcsc_where(status));
        case SCARD_E_SHARING_VIOLATION:
            return fail(ErrorCode::reader_busy, "another program holds the card" + of, pcsc_where(status));
        case SCARD_E_NO_SMARTCARD: return fail(ErrorCode::card_absent, "no card" + of, pcsc_where(status));
        case SCARD_W_REMOVED_CARD:
        case SCARD_E_INVALID_HANDLE:
            return fail(ErrorCode::card_removed, "the card was taken out of '" + reader + "'", pcsc_where(status));
        case SCARD_W_UNRESPONSIVE_CARD:
        case SCARD_W_UNPOWERED_CARD:
        case SCARD_E_TIMEOUT:
            return fail(ErrorCode::card_mute, "the card" + of + " does not answer", pcsc_where(status));
        default: return fail(ErrorCode::io_failed, "PC/SC failed" + of, pcsc_where(status));
    }
}

/// Context is a connection to the service.
class Context {
public:
    Context() : x_status(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &x_context)) {}
    ~Context() {
        if (x_status == SCARD_S_SUCCESS) SCardReleaseContext(x_context);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    LONG status() const { return x_status; }
    SCARDCONTEXT get() const { return x_context; }

private:
    SCARDCONTEXT x_context = 0;
    LONG x_status;
};

Result<std::vector<std::string>> readers_of(SCARDCONTEXT context) {
    DWORD size = 0;
    LONG status = SCardListReaders(context, nullptr, nullptr, &size);
    std::string names;
    if (status == SCARD_S_SUCCESS) {
        names.resize(size);
        status = SCardListReaders(context, nullptr, names.data(), &size);
    }
    if (status == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>{};
    if (status != SCARD_S_SUCCESS) return failed(status, "");
    std::vector<std::string> readers;
    for (const char* name = names.data(); name < names.data() + size && *name != 0; name += readers.back().size() + 1)
        readers.emplace_back(name);
    return readers;
}

Result<std::string> full_name(const std::vector<std::string>& readers, const std::string& wanted) {
    if (std::ranges::find(readers, wanted) != readers.end()) return wanted;
    std::vector<std::string> matching;
    for (const auto& reader : readers)
        if (reader.find(wanted) != std::string::npos) matching.push_back(reader);
    if (matching.size() == 1) return matching.front();
    return fail(ErrorCode::reader_absent, matching.empty() ? "no reader is called '" + wanted + "'; " + joined(readers)
                                                           : "'" + wanted + "' is not one reader; " + joined(matching));
}

/// watch tells whether `done` says so of the reader's event state within `timeout`; `seen` is the last one.
template <class Done>
Result<bool> watch(SCARDCONTEXT context, const std::string& reader, std::chrono::milliseconds timeout, DWORD& seen,
                   Done done) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    SCARD_READERSTATE state{};
    state.szReader = reader.c_str();
    state.dwCurrentState = SCARD_STATE_UNAWARE;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto wait = static_cast<DWORD>(std::max<std::int64_t>(left.count(), 0));
        const LONG status = SCardGetStatusChange(context, wait, &state, 1);
        seen = state.dwEventState;
        if (status != SCARD_S_SUCCESS && status != SCARD_E_TIMEOUT) return failed(status, reader);
        if (status == SCARD_S_SUCCESS && (seen & SCARD_STATE_UNKNOWN) != 0)
            return failed(SCARD_E_UNKNOWN_READER, reader);
        if (status == SCARD_S_SUCCESS && done(seen)) return true;
        if (left.count() <= 0) return false;
        // A reader that pcscd is just starting has no state yet: to wait for a change from that would be to wait for
        // the next card.
        const bool settled = (seen & (SCARD_STATE_EMPTY | SCARD_STATE_PRESENT)) != 0;
        state.dwCurrentState = settled ? seen : SCARD_STATE_UNAWARE;
    }
}

}  // namespace

/// Link is what a reader and the accesses it gave share: the context and the card handle. A call that got stuck keeps
/// its link.
struct PcscReader::Link {
    explicit Link(std::string name) : reader(std::move(name)) {}
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    Context context;
    BoundedWorker worker;
    std::string reader;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    bool connected = false;

    ~Link() { disconnect(); }

    void disconnect() {
        if (connected) SCardDisconnect(card, SCARD_LEAVE_CARD);
        connected = false;
    }

    LONG connect() {
        if (connected) return SCARD_S_SUCCESS;
        const LONG status = SCardConnect(context.get(), reader.c_str(), SCARD_SHARE_SHARED,
                                         SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
        connected = status == SCARD_S_SUCCESS;
        return status;
    }

    LONG reconnect() {
        return SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD,
                              &protocol);
    }

    /// with_card runs a PC/SC call on the connected card; if the card was reset or exchanged meanwhile, again on what
    /// is in now. pcscd tells of a reset once for each handle, and of a removal for ever: that handle is dropped.
    template <class Call>
    LONG with_card(Call call) {
        LONG status = SCARD_S_SUCCESS;
        for (int attempt = 0; attempt < kChangesInARow; ++attempt) {
            status = connect();
            if (status == SCARD_S_SUCCESS) status = call(*this);
            if (status == SCARD_W_RESET_CARD) {
                const LONG again = reconnect();
                if (again != SCARD_S_SUCCESS) disconnect();
            } else if (status == SCARD_W_REMOVED_CARD || status == SCARD_E_INVALID_HANDLE) {
                disconnect();
            } else {
                break;
            }
        }
        return status;
    }
};

namespace {

/// Transaction is a PC/SC transaction; it keeps the link alive.
template <class Link>
class Transaction final : public ExclusiveAccess {
public:
    Transaction(std::shared_ptr<Link> link, std::chrono::milliseconds timeout)
        : x_link(std::move(link)), x_timeout(timeout) {}
    ~Transaction() override {
        // On the worker too: behind a stuck command it must not wait.
        x_link->worker.run([link = x_link, end = x_end] { return SCardEndTransaction(link->card, end); }, x_timeout);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    Result<Bytes> transmit(ByteView command) override {
        struct Exchange {
            Bytes command;
            Bytes answer = Bytes(kLargestResponse);
            DWORD size = kLargestResponse;
            ~Exchange() { wipe(command.data(), command.size()); }  // a VERIFY is a command too
        };
        auto exchange = std::make_shared<Exchange>();
        exchange->command.assign(command.begin(), command.end());
        const auto status = x_link->worker.run(
            [link = x_link, exchange] {
                const auto* send = link->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
                return SCardTransmit(link->card, send, exchange->command.data(), exchange->command.size(), nullptr,
                                     exchange->answer.data(), &exchange->size);
            },
            x_timeout);
        if (!status) return failed(SCARD_E_TIMEOUT, x_link->reader);
        if (const auto removed = gone(*status, exchange->size)) {
            // What was verified went with it; a reset of an empty reader only confuses pcscd about the next card.
            x_end = SCARD_LEAVE_CARD;
            return fail(*removed);
        }
        if (*status != SCARD_S_SUCCESS) return failed(*status, x_link->reader);
        exchange->answer.resize(exchange->size);
        return std::move(exchange->answer);
    }

    void reset_when_done() override { x_end = SCARD_RESET_CARD; }

private:
    /// gone knows the ways in which a card that went away in the middle of a command shows.
    std::optional<Error> gone(LONG status, DWORD size) const {
        const std::string card = "the card in '" + x_link->reader + "'";
        if (status == SCARD_S_SUCCESS && size < 2)
            return Error{ErrorCode::card_removed,
                         card + " answered " + std::to_string(size) + " octets: it was taken out",
                         {},
                         {},
                         {},
                         {}};
        // A reset within a transaction: what was selected and verified is gone, so going on would be wrong.
        if (status == SCARD_W_RESET_CARD)
            return Error{ErrorCode::card_removed, card + " was reset", {}, pcsc_where(status), {}, {}};
        if (status == SCARD_E_NOT_TRANSACTED || status == SCARD_F_COMM_ERROR || status == SCARD_E_NO_SMARTCARD)
            return Error{ErrorCode::card_removed, card + " was taken out", {}, pcsc_where(status), {}, {}};
        return std::nullopt;
    }

    std::shared_ptr<Link> x_link;
    std::chrono::milliseconds x_timeout;
    DWORD x_end = SCARD_LEAVE_CARD;
};

}  // namespace

PcscReader::PcscReader(std::shared_ptr<Link> link, PcscLimits limits) : x_link(std::move(link)), x_limits(limits) {}
PcscReader::~PcscReader() = default;

std::string PcscReader::name() const { return x_link->reader; }

bool PcscReader::is_virtual() const { return x_link->reader.find("Virtual PCD") != std::string::npos; }

Result<std::unique_ptr<PcscReader>> PcscReader::open(const std::string& name, PcscLimits limits) {
    const Context context;
    if (context.status() != SCARD_S_SUCCESS) return failed(context.status(), "");
    auto readers = readers_of(context.get());
    if (!readers) return fail(readers.error());
    auto full = full_name(*readers, name);
    if (!full) return fail(full.error());
    return std::unique_ptr<PcscReader>(new PcscReader(std::make_shared<Link>(std::move(*full)), limits));
}

template <class Call>
Result<void> PcscReader::with_card(Call call) {
    if (x_link->context.status() != SCARD_S_SUCCESS) return failed(x_link->context.status(), x_link->reader);
    const auto status = x_link->worker.run([link = x_link, call] { return link->with_card(call); }, x_limits.busy);
    if (status && *status == SCARD_S_SUCCESS) return {};
    if (status) return failed(*status, x_link->reader);
    // The stuck call keeps the old link, and gives up what it gets when it comes back.
    x_link = std::make_shared<Link>(x_link->reader);
    return failed(SCARD_E_SHARING_VIOLATION, x_link->reader);
}

Result<Bytes> PcscReader::atr() {
    auto octets = std::make_shared<Bytes>();
    auto done = with_card([octets](Link& link) {
        octets->resize(MAX_ATR_SIZE);
        DWORD size = octets->size();
        DWORD name_size = 0;
        const LONG status = SCardStatus(link.card, nullptr, &name_size, nullptr, nullptr, octets->data(), &size);
        octets->resize(size);
        return status;
    });
    if (!done) return fail(done.error());
    return std::move(*octets);
}

Result<std::unique_ptr<ExclusiveAccess>> PcscReader::lock() {
    auto done = with_card([](Link& link) { return SCardBeginTransaction(link.card); });
    if (!done) return fail(done.error());
    return std::unique_ptr<ExclusiveAccess>(new Transaction<Link>(x_link, x_limits.answer));
}

Result<void> PcscReader::wait_for_card(std::chrono::milliseconds timeout) {
    const auto mute = [](DWORD event) { return (event & SCARD_STATE_MUTE) != 0; };
    DWORD seen = 0;
    const auto there = watch(x_link->context.get(), x_link->reader, timeout, seen,
                             [&](DWORD event) { return (event & SCARD_STATE_PRESENT) != 0 && !mute(event); });
    if (!there) return fail(there.error());
    if (*there) return {};
    return failed(mute(seen) ? SCARD_W_UNRESPONSIVE_CARD : SCARD_E_NO_SMARTCARD, x_link->reader);
}

Result<bool> PcscReader::wait_for_no_card(std::chrono::milliseconds timeout) {
    DWORD seen = 0;
    return watch(x_link->context.get(), x_link->reader, timeout, seen,
                 [](DWORD event) { return (event & SCARD_STATE_PRESENT) == 0; });
}

Result<std::vector<std::string>> list_readers() {
    const Context context;
    if (context.status() != SCARD_S_SUCCESS) return failed(context.status(), "");
    return readers_of(context.get());
}

Result<std::vector<std::string>> list_readers_with_card() {
    const Context context;
    if (context.status() != SCARD_S_SUCCESS) return failed(context.status(), "");
    auto readers = readers_of(context.get());
    if (!readers || readers->empty()) return readers;
    std::vector<SCARD_READERSTATE> states(readers->size());
    for (std::size_t i = 0; i < states.size(); ++i) {
        states[i].szReader = (*readers)[i].c_str();
        states[i].dwCurrentState = SCARD_STATE_UNAWARE;
    }
    // A state other than UNAWARE is always news, so this returns at once.
    const LONG status = SCardGetStatusChange(context.get(), 0, states.data(), states.size());
    if (status != SCARD_S_SUCCESS) return failed(status, "");
    std::vector<std::string> holding;
    for (const auto& state : states)
        if ((state.dwEventState & SCARD_STATE_PRESENT) != 0) holding.emplace_back(state.szReader);
    return holding;
}

}  // namespace rakit::reference
