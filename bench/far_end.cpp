#include "bench/far_end.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/null_card.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "scenarios/issuer/hierarchy_issuer.hpp"

namespace rakit::bench {

bool good(ByteView answer) { return answer.size() >= 2 && answer[answer.size() - 2] == 0x90 && answer.back() == 0x00; }

std::unique_ptr<cards::ImageCard> our_card() {
    const auto hierarchy = must(cm::Hierarchy::from_seed(cm::Hierarchy::kDefaultSeed));
    scenarios::HierarchyIssuer issuer(hierarchy);
    return must(cards::open_image(must(cards::make_image("pkcs15-tc", {}, issuer))));
}

NullThread::NullThread(Descriptor link)
    : x_link(std::move(link)), x_thread([fd = x_link.get()] { null_card(fd, true); }) {}

NullThread::~NullThread() {
    ::shutdown(x_link.get(), SHUT_RDWR);
    x_thread.join();
}

FarEnd far_null(const cards::Connector& connect) {
    FarEnd end;
    end.null = std::make_unique<NullThread>(must(connect()));
    return end;
}

FarEnd far_card(const cards::Connector& connect, bool quick_ack) {
    FarEnd end;
    end.card = our_card();
    cards::ServeOptions options;
    options.quick_ack = quick_ack;
    end.served = std::make_unique<cards::ServedCard>(must(cards::ServedCard::start(*end.card, connect, options)));
    return end;
}

Vicc::Vicc(std::uint16_t port) {
    const std::string script = RAKIT_BENCH_FOLDER "/vicc.sh", where = std::to_string(port);
    x_process = ::fork();
    if (x_process == 0) {
        ::execl(script.c_str(), script.c_str(), where.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    if (x_process < 0) throw std::runtime_error("vicc can't be started");
}

Vicc::~Vicc() {
    ::kill(x_process, SIGTERM);
    ::waitpid(x_process, nullptr, 0);
}

PcscCard::PcscCard(SCARDCONTEXT context, const std::string& reader) {
    DWORD protocol = 0;
    const LONG status =
        ::SCardConnect(context, reader.c_str(), SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &x_handle, &protocol);
    if (status != SCARD_S_SUCCESS) throw std::runtime_error(reader + ": " + ::pcsc_stringify_error(status));
    x_protocol = protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
}

bool PcscCard::transmit(const Bytes& command) const {
    std::uint8_t answer[258];
    DWORD size = sizeof answer;
    return ::SCardTransmit(x_handle, x_protocol, command.data(), command.size(), nullptr, answer, &size) ==
               SCARD_S_SUCCESS &&
           good({answer, size});
}

}  // namespace rakit::bench
