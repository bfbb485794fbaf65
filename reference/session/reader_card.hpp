#pragma once

#include "common/base/trace.hpp"
#include "reference/card/card_reader.hpp"
#include "reference/session/card_port.hpp"

namespace rakit::reference {

/// ReaderCard is the card in a reader, with the family that recognises it. Borrows the reader and the trace.
class ReaderCard final : public CardPort {
public:
    ReaderCard(CardReader& reader, std::vector<const CardProfile*> profiles,
               std::vector<std::string> transport_policies, Trace& trace);
    ~ReaderCard() override;

    std::string real_reader() const override { return x_reader.is_virtual() ? std::string() : x_reader.name(); }
    Result<void> lock() override;
    void unlock() override;
    /// read_contents asks each family that recognises the ATR; the last refusal stands. Failure: card_unsupported.
    Result<Contents> read_contents() override;
    Result<CardIdentity> read_identity() override;
    Result<void> verify(const PinState& pin, const Pin& value) override;
    Result<Bytes> sign(const KeyLine& key, ByteView message) override;
    Result<void> prove_possession(const KeyLine& key, Rng& rng) override;
    Result<WritePlan> plan_write(const WriteOrder& wanted, UtcTime now) override;
    Result<void> send(const WriteStep& step) override;

private:
    CardReader& x_reader;
    std::vector<const CardProfile*> x_profiles;
    std::vector<std::string> x_transport_policies;
    Trace& x_trace;
    Bytes x_atr;
    const CardProfile* x_profile = nullptr;  ///< of the contents read last
    std::unique_ptr<ExclusiveAccess> x_access;
    std::unique_ptr<ApduChannel> x_channel;
};

}  // namespace rakit::reference
