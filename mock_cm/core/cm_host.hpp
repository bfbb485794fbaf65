#pragma once

#include <functional>
#include <memory>

#include "common/base/clock.hpp"
#include "common/base/rng.hpp"
#include "mock_cm/ca/hierarchy.hpp"
#include "mock_cm/core/context.hpp"
#include "mock_cm/core/host.hpp"
#include "mock_cm/core/store.hpp"

namespace rakit::cm {

/// CmHost is the CM's policy behind docs/formats/wire.md's four routes: request in, answer out; time and random numbers
/// (certificate serial numbers, nonces) come from what is passed in, which must outlive it. Never throws.
class CmHost final : public Host {
public:
    CmHost(Config config, const Hierarchy& hierarchy, Store& store, Clock& clock, Rng& rng);
    ~CmHost() override;
    net::HttpResponse handle(const net::HttpRequest& request) override;

    /// context is what a request that comes now is judged by; for the other dialects' routes. Safe from any thread.
    Context context() const;
    /// change alters the configuration for requests that come after it - states, deviations, the public URL.
    void change(const std::function<void(Config&)>& alter);

    /// peer reads the certificate that a connection showed; an officer's that was here before isn't decoded again.
    /// Failure: crypto_failed.
    Result<x509::Certificate> peer(ByteView der) const;

    /// hold_op_pin keeps a card's OP PIN in the database, to be handed out by prepare.
    Result<void> hold_op_pin(const std::string& card_serial, ByteView pin);
    /// waiting_orders lists the transaction ids of the orders that wait for approval, oldest first.
    Result<std::vector<Bytes>> waiting_orders();
    /// decide approves or refuses one of them. Failures: request_malformed if it doesn't wait; cm_internal.
    Result<void> decide(ByteView transaction_id, bool approve);

private:
    struct Parts;
    std::unique_ptr<Parts> x_parts;
};

}  // namespace rakit::cm
