#pragma once

#include <memory>

#include "common/base/trace.hpp"
#include "reference/card/card_profile.hpp"
#include "reference/card/card_reader.hpp"

namespace rakit::reference {

/// TransmitChannel carries commands over exclusive access, one APDU each, and traces header, lengths, SW and time; data
/// never, because a VERIFY is one of them. Both arguments are borrowed for its life.
class TransmitChannel final : public ApduChannel {
public:
    TransmitChannel(ExclusiveAccess& access, Trace& trace) : x_access(access), x_trace(trace) {}
    Result<iso7816::ResponseApdu> send(const iso7816::CommandApdu& command) override;

private:
    ExclusiveAccess& x_access;
    Trace& x_trace;
};

/// ResponseChannel completes responses: it repeats a command once with the Le that 6Cxx asks for, and collects what
/// 61xx announces by GET RESPONSE (ISO/IEC 7816-4 section 5.1.3 and 7.6.1). More than 65,536 octets:
/// card_content_invalid.
class ResponseChannel final : public ApduChannel {
public:
    explicit ResponseChannel(ApduChannel& inner) : x_inner(inner) {}
    Result<iso7816::ResponseApdu> send(const iso7816::CommandApdu& command) override;

private:
    ApduChannel& x_inner;
};

/// LongCommandChannel sends what a short APDU can't hold by command chaining (ISO/IEC 7816-4 section 5.1.1.1), or as
/// extended APDU if the card takes those. A command that is marked `extended` goes as it is.
class LongCommandChannel final : public ApduChannel {
public:
    LongCommandChannel(ApduChannel& inner, bool extended_length) : x_inner(inner), x_extended(extended_length) {}
    Result<iso7816::ResponseApdu> send(const iso7816::CommandApdu& command) override;

private:
    ApduChannel& x_inner;
    bool x_extended;
};

/// ChannelOptions says what the card can do.
struct ChannelOptions {
    bool extended_length = false;  ///< the card takes extended Lc and Le; else long commands are chained
};

/// make_channel stacks the channels above in their order. Both arguments are borrowed for its life.
std::unique_ptr<ApduChannel> make_channel(ExclusiveAccess& access, Trace& trace, ChannelOptions options = {});

}  // namespace rakit::reference
