#pragma once

#include <memory>

#include "common/base/rng.hpp"
#include "reference/cm/cm_port.hpp"
#include "reference/cm/cm_routes.hpp"

namespace rakit::reference {

/// RestClient speaks wire.md's REST dialect: one key per call, so one submit() brings one line. What it can't carry
/// (transport certificates, keys that can't sign) it refuses before anything is sent: dialect_cannot_carry.
class RestClient final : public CmPort {
public:
    RestClient(HttpExchange& exchange, std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
               std::chrono::milliseconds deadline = std::chrono::seconds(30));

    std::string_view dialect() const override { return "rest"; }
    Result<std::vector<Procedure>> procedures() override { return x_routes.procedures(); }
    Result<std::pair<PrepareAnswer, Pin>> prepare(const Order& order) override;
    /// request_info carries in an extensionRequest (RFC 2985 section 5.4.2) what CMC has its own places for: key usage,
    /// e-mail, QC statements.
    Result<Bytes> request_info(const Order& order, const OrderLine& line) override;
    Result<Bytes> witnessed_request(const Order& order, const OrderLine& line) override;
    /// encode_order notes with each request which certificates the CM has for the key already, so that a new one can be
    /// told from them after an interruption.
    Result<Bytes> encode_order(const Order& order, const std::vector<Bytes>& requests,
                               const OfficerCredential& officer) override;
    /// submit finds the certificate of the first line that `so_far` lacks, by its public key, or has it issued in two
    /// rounds, the second with the officer's signature.
    Result<Submission> submit(ByteView encoded, const Order& order, const Submission& so_far,
                              const OfficerCredential& officer) override;
    /// confirm revokes: the replaced certificates (superseded) if the new ones were accepted, else the new ones
    /// (cessationOfOperation). What is revoked already stays as it is.
    Result<void> confirm(const Order& order, const Issued& issued, bool accepted,
                         const OfficerCredential& officer) override;

private:
    struct Entry;
    struct Line;
    Result<std::vector<Entry>> certificates_of(const OrderLine& line);
    Result<std::optional<x509::Certificate>> find_new(const Line& sent, const OrderLine& line);
    Result<x509::Certificate> download(const std::string& id);
    /// signed_call is the two rounds of a write operation.
    Result<Bytes> signed_call(const std::string& target, std::vector<std::pair<std::string, Bytes>> parts,
                              const char* accept, const OfficerCredential& officer);
    /// enrol gives what a former attempt at the line brought, or has a certificate issued.
    Result<x509::Certificate> enrol(const Line& sent, const OrderLine& line, const std::string& procedure,
                                    const OfficerCredential& officer);
    /// id_to_revoke is the CM's of a certificate; nothing if it never issued that, or has revoked it already.
    Result<std::optional<std::string>> id_to_revoke(const x509::Certificate& certificate, const OrderLine& line);
    Result<void> revoke(const x509::Certificate& certificate, const OrderLine& line, const char* reason,
                        const OfficerCredential& officer);

    CmRoutes x_routes;
    Clock& x_clock;
    Rng& x_rng;
};

/// open_cm makes the client of a dialect, "cmc" or "rest"; the deadline is for one answer.
std::unique_ptr<CmPort> open_cm(std::string_view dialect, HttpExchange& exchange,
                                std::vector<x509::Certificate> anchors, Clock& clock, Rng& rng,
                                std::chrono::milliseconds deadline = std::chrono::seconds(30));

}  // namespace rakit::reference
