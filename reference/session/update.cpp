#include "reference/session/update.hpp"

#include "reference/session/driver.hpp"
#include "reference/session/reader_card.hpp"

namespace rakit::reference {
namespace {

/// ClientCm gives CmClient's words the shape of the port.
class ClientCm final : public CmPort {
public:
    explicit ClientCm(CmClient& client) : x_client(client) {}
    Result<std::vector<Procedure>> procedures() override { return x_client.procedures(); }
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order) override { return x_client.prepare(order); }
    Result<Bytes> request_info(const Order& order, const OrderLine& line) override {
        return certification_request_info(order, line);
    }
    Result<Bytes> request(ByteView info, ByteView signature) override { return certification_request(info, signature); }
    Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                               const OfficerCredential& officer) override {
        return x_client.encode_order(order, requests, officer);
    }
    Result<Issued> submit(ByteView encoded, const Order& order) override { return x_client.submit(encoded, order); }
    Result<void> confirm(const Order& order, const Issued& issued, bool accepted,
                         const OfficerCredential& officer) override {
        return x_client.confirm(order, issued, accepted, officer);
    }

private:
    CmClient& x_client;
};

Result<UpdateOutcome> run(UpdatePorts& ports, const UpdateRequest& request, bool resuming, bool abandoning = false) {
    ReaderCard card(ports.reader, card_profiles(), ports.transport_policies, ports.trace);
    ClientCm cm(ports.cm);
    Driver driver({card, cm, ports.officer, ports.dialog, ports.clock, ports.rng, ports.trace, ports.journal_folder,
                   ports.pin_deadline},
                  {request.issue_first});
    return driver.run(request, resuming, abandoning);
}

}  // namespace

Result<Contents> read_card(CardReader& reader, const std::vector<std::string>& transport_policies, Trace& trace) {
    ReaderCard card(reader, card_profiles(), transport_policies, trace);
    if (auto locked = card.lock(); !locked) return Unexpected{std::move(locked).error()};
    return card.read_contents();
}

Result<UpdateOutcome> update(UpdatePorts& ports, const UpdateRequest& request) { return run(ports, request, false); }

Result<UpdateOutcome> resume(UpdatePorts& ports) { return run(ports, {}, true); }

Result<UpdateOutcome> abandon(UpdatePorts& ports) { return run(ports, {}, true, true); }

}  // namespace rakit::reference
