#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "virtual_cards/ifd/card_link.hpp"
#include "virtual_cards/reader/control.hpp"
#include "virtual_cards/reader/reader.hpp"
#include "virtual_cards/serve/control_server.hpp"

namespace rakit::ifd {

/// SlotPlace is where a slot is, as its device name says it.
struct SlotPlace {
    std::filesystem::path control;  ///< of its control socket
    std::uint16_t port = 0;         ///< of its card
    std::string serial;
};

/// parse_place reads `SOCKET:0xPORT`; nothing if it isn't that.
std::optional<SlotPlace> parse_place(std::string_view device);

/// Slot is one reader as pcscd's driver interface sees it: the reader, the link to its card, its control socket, and
/// the waiting that pcscd's event thread does in it.
class Slot final : public reader::Time, public reader::Keys, public reader::ReaderControl {
public:
    /// open makes them. Failures: io_failed, file_unwritable.
    static Result<std::unique_ptr<Slot>> open(const SlotPlace& place, std::function<void(bool plugged)> plugged);
    ~Slot() override = default;

    reader::Reader& reader() { return x_reader; }
    /// look is presence(). The first one of pcscd's event thread behind poll() is that for events: in the others,
    /// before it powers a card, it wouldn't tell a removal.
    reader::Outcome look();
    /// poll waits in pcscd's event thread until a look would tell something new, stop() is called, or the time is over.
    void poll(std::chrono::milliseconds bound);
    void stop();
    /// start_unplugged is for a reader that isn't there at first.
    void start_unplugged();
    /// channel tells that pcscd opened or closed the reader.
    void channel();

    // Time
    std::chrono::steady_clock::time_point now() const override { return std::chrono::steady_clock::now(); }
    void pause(std::chrono::milliseconds wait) override;
    // Keys
    std::optional<char> next(std::chrono::milliseconds bound) override;
    void show(const std::string& message) override;
    void done() override;
    // ReaderControl
    reader::Settings settings() const override { return x_reader.settings(); }
    bool card() const override { return x_link.card(); }
    void set_fault(reader::Fault fault, bool on) override;
    void clear_faults() override;
    void set_trait(bool reader::Traits::*trait, bool on) override;
    void truncate_next() override;
    void plug(bool in) override;
    void type(std::string_view keys) override;
    reader::PadView pad() const override;

private:
    Slot(const SlotPlace& place, std::function<void(bool plugged)> plugged);
    template <class F>
    void change(F&& how);
    void moved(bool in);

    std::function<void(bool plugged)> x_plugged;
    mutable std::mutex x_mutex;
    std::condition_variable x_changed;
    bool x_stop = false;
    bool x_polled = false;  ///< the event thread has yet to look
    unsigned x_plugs = 0;   ///< counts unplugging and plugging
    std::optional<std::thread::id> x_poller;
    std::deque<char> x_keys;
    reader::PadView x_pad;
    CardLink x_link;
    reader::Reader x_reader;
    std::optional<cards::ControlServer> x_control;
};

}  // namespace rakit::ifd
