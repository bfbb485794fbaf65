#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "reference/card/card_reader.hpp"

namespace rakit::reference {

/// PcscLimits bounds the waits for what others do.
struct PcscLimits {
    std::chrono::milliseconds busy{5000};     ///< for another program's exclusive hold; then reader_busy
    std::chrono::milliseconds answer{90000};  ///< for the answer to one command; then card_mute
};

/// PcscReader is a reader of the PC/SC service (pcsc-lite's winscard API). One thread at a time.
class PcscReader final : public CardReader {
public:
    /// open connects to the service and makes sure that the reader exists. `name` is the reader's full name, or a part
    /// that only one reader's name has. Failures: service_absent (pcscd is not installed or not running), reader_absent
    /// (with the readers that there are).
    static Result<std::unique_ptr<PcscReader>> open(const std::string& name, PcscLimits limits = {});
    ~PcscReader() override;
    PcscReader(const PcscReader&) = delete;
    PcscReader& operator=(const PcscReader&) = delete;

    std::string name() const override;
    /// is_virtual goes by the name: vpcd's readers are called "Virtual PCD" (vsmartcard's own name for them).
    bool is_virtual() const override;
    Result<Bytes> atr() override;
    Result<std::unique_ptr<ExclusiveAccess>> lock() override;
    /// wait_for_card returns once a card that answers is in, or fails with card_absent or card_mute after `timeout`.
    Result<void> wait_for_card(std::chrono::milliseconds timeout);
    /// wait_for_no_card tells whether the reader is empty, or gets so within `timeout`. Failure: service_absent,
    /// reader_absent.
    Result<bool> wait_for_no_card(std::chrono::milliseconds timeout);

private:
    struct Link;
    template <class Call>
    Result<void> with_card(Call call);
    PcscReader(std::shared_ptr<Link> link, PcscLimits limits);
    std::shared_ptr<Link> x_link;
    PcscLimits x_limits;
};

/// list_readers names the readers that the PC/SC service has now; none is not a failure. Failure: service_absent.
Result<std::vector<std::string>> list_readers();

/// list_readers_with_card names those of them that hold a card now. Failure: service_absent.
Result<std::vector<std::string>> list_readers_with_card();

}  // namespace rakit::reference
