#include "certify/suite/own_card.hpp"

#include "virtual_cards/images/certificate_issuer.hpp"

namespace rakit::certify {
namespace {

/// NoIssuer refuses: a tester card has no certificates.
class NoIssuer final : public cards::CertificateIssuer {
public:
    Result<x509::Certificate> issue(const cards::CertificateWish&) override { return none(); }
    Result<x509::Certificate> ca_certificate(const std::string&) override { return none(); }

private:
    static Unexpected none() { return fail(ErrorCode::internal, "a tester card has no certificates"); }
};

}  // namespace

Result<std::unique_ptr<cards::ImageCard>> own_card() {
    NoIssuer nobody;
    auto image = cards::make_image("tester", {}, nobody);
    if (!image) return Unexpected{std::move(image).error()};
    return cards::open_image(*image);
}

void restarted_by_hand(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::restart_service, facts)) return;
    Context old(*bench.log);
    Handle handle(old);
    facts.put("connect_status", status_name(handle.connect(bench.reader)));
    bench.act(Deed::restart_service, facts);
    const auto until = Steady::now() + bench.hands->bound();
    LONG status = SCARD_S_SUCCESS;
    Bytes atr;
    while (status == SCARD_S_SUCCESS && Steady::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        status = handle.atr(atr);
    }
    facts.put("during", status_name(status));
    DWORD size = 0;
    facts.put("old_context", status_name(SCardListReaders(old.get(), nullptr, nullptr, &size)));
    const bool back = answers(bench);
    facts.put("reconnect_status", back ? "SCARD_S_SUCCESS" : "SCARD_E_NO_SERVICE");
    facts.put("answered", back);
}

}  // namespace rakit::certify
