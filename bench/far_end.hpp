#pragma once

#include <sys/types.h>
#include <winscard.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/roads.hpp"
#include "common/base/descriptor.hpp"
#include "common/base/result.hpp"
#include "virtual_cards/images/image.hpp"
#include "virtual_cards/serve/served_card.hpp"

namespace rakit::bench {

/// must gives the value, or throws std::runtime_error with why there is none: a benchmark that can't be set up ends.
template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    return std::move(*result);
}

/// good tells whether an answer ends with 9000.
bool good(ByteView answer);

/// our_card makes the card that is measured.
std::unique_ptr<cards::ImageCard> our_card();

/// NullThread runs the null card on a connected socket.
class NullThread {
public:
    explicit NullThread(Descriptor link);
    NullThread(const NullThread&) = delete;
    NullThread& operator=(const NullThread&) = delete;
    ~NullThread();

private:
    Descriptor x_link;
    std::thread x_thread;
};

/// FarEnd is the card on the far end of a socket; one of the three is used.
struct FarEnd {
    std::unique_ptr<cards::ImageCard> card;
    std::unique_ptr<cards::ServedCard> served;
    std::unique_ptr<NullThread> null;
};

FarEnd far_null(const cards::Connector& connect);
FarEnd far_card(const cards::Connector& connect, bool quick_ack);

/// Vicc is Debian's software card in a process of its own, which connects to a vpcd on loopback.
class Vicc {
public:
    explicit Vicc(std::uint16_t port);
    Vicc(const Vicc&) = delete;
    Vicc& operator=(const Vicc&) = delete;
    ~Vicc();

private:
    pid_t x_process = -1;
};

/// PcscCard is a connection to a reader through winscard.
class PcscCard {
public:
    PcscCard(SCARDCONTEXT context, const std::string& reader);
    PcscCard(const PcscCard&) = delete;
    PcscCard& operator=(const PcscCard&) = delete;
    ~PcscCard() { ::SCardDisconnect(x_handle, SCARD_LEAVE_CARD); }

    bool transmit(const Bytes& command = kCommand) const;

private:
    SCARDHANDLE x_handle = 0;
    const SCARD_IO_REQUEST* x_protocol = nullptr;
};

}  // namespace rakit::bench
