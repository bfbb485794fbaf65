#include "virtual_cards/ifd/slot.hpp"

#include <charconv>
#include <utility>

namespace rakit::ifd {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRestless{100};             // how often a reader that flickers by itself is looked at
constexpr std::uint32_t kVirtualChannel = 0xF000;  // PC/SC Part 3: vendor-defined kind of channel

std::string_view suffix_of(std::string_view text, char behind) {
    const auto at = text.rfind(behind);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
}

reader::Facts facts_of(const SlotPlace& place) {
    reader::Facts facts;
    facts.serial = place.serial;
    facts.control = place.control.string();
    facts.channel = kVirtualChannel << 16 | place.port;
    return facts;
}

}  // namespace

std::optional<SlotPlace> parse_place(std::string_view device) {
    const auto number = suffix_of(device, ':');
    if (!number.starts_with("0x") || number.size() == device.size()) return std::nullopt;
    SlotPlace place;
    const auto* end = number.data() + number.size();
    const auto read = std::from_chars(number.data() + 2, end, place.port, 16);
    if (read.ec != std::errc() || read.ptr != end || place.port == 0) return std::nullopt;
    place.control = device.substr(0, device.size() - number.size() - 1);
    place.serial = place.control.stem().string();
    return place;
}

Slot::Slot(const SlotPlace& place, std::function<void(bool plugged)> plugged)
    : x_plugged(std::move(plugged)),
      x_link([this](bool in) { moved(in); }),
      x_reader(x_link, *this, *this, facts_of(place)) {}

Result<std::unique_ptr<Slot>> Slot::open(const SlotPlace& place, std::function<void(bool plugged)> plugged) {
    std::unique_ptr<Slot> slot(new Slot(place, std::move(plugged)));
    if (auto listening = slot->x_link.open(place.port); !listening) return Unexpected{std::move(listening).error()};
    auto* raw = slot.get();
    auto control = cards::ControlServer::start(
        place.control, [raw](std::string_view line) { return reader::answer_reader_control(*raw, line); });
    if (!control) return Unexpected{std::move(control).error()};
    slot->x_control.emplace(std::move(*control));
    return slot;
}

template <class F>
void Slot::change(F&& how) {
    std::lock_guard lock(x_mutex);
    how();
    x_changed.notify_all();
}

void Slot::moved(bool in) {
    if (!in) x_reader.card_left();
    change([] {});
}

reader::Outcome Slot::look() {
    bool poller = true;
    {
        std::lock_guard lock(x_mutex);
        poller = !x_poller || (*x_poller == std::this_thread::get_id() && std::exchange(x_polled, false));
    }
    return x_reader.presence(poller);
}

void Slot::poll(milliseconds bound) {
    const auto deadline = now() + bound;
    const auto faults = settings().faults;
    const bool restless = faults.has(reader::Fault::flickers) || faults.has(reader::Fault::forgets_removal);
    std::unique_lock lock(x_mutex);
    x_poller = std::this_thread::get_id();
    while (!x_stop && now() < deadline && !x_reader.changed())
        x_changed.wait_until(lock, restless ? std::min(deadline, now() + kRestless) : deadline);
    x_stop = false;
    x_polled = true;
}

void Slot::stop() {
    change([this] { x_stop = true; });
}

void Slot::channel() {
    change([this] {
        x_stop = false;
        x_poller.reset();
    });
}

void Slot::pause(milliseconds wait) {
    std::unique_lock lock(x_mutex);
    x_changed.wait_for(lock, wait, [this, plugs = x_plugs] { return x_plugs != plugs; });
}

std::optional<char> Slot::next(milliseconds bound) {
    std::unique_lock lock(x_mutex);
    x_pad.waiting = true;
    x_changed.wait_for(lock, bound, [this, plugs = x_plugs] { return !x_keys.empty() || x_plugs != plugs; });
    x_pad.waiting = false;
    if (x_keys.empty()) return std::nullopt;
    const char key = x_keys.front();
    x_keys.pop_front();
    return key;
}

void Slot::show(const std::string& message) {
    std::lock_guard lock(x_mutex);
    x_pad.display = message;
}

void Slot::done() {
    std::lock_guard lock(x_mutex);
    ++x_pad.operations;
    x_pad.display.clear();
    x_keys.clear();
}

void Slot::set_fault(reader::Fault fault, bool on) {
    x_reader.change([&](reader::Settings& settings) { settings.faults.set(fault, on); });
    stop();  // pcscd looks again, so that faults of presence show at once
}

void Slot::clear_faults() {
    x_reader.change([](reader::Settings& settings) { settings.faults.clear(); });
    stop();
}

void Slot::set_trait(bool reader::Traits::*trait, bool on) {
    x_reader.change([&](reader::Settings& settings) { settings.traits.*trait = on; });
}

void Slot::truncate_next() {
    x_reader.change([](reader::Settings& settings) { settings.truncate = true; });
}

void Slot::start_unplugged() {
    x_reader.change([](reader::Settings& settings) { settings.plugged = false; });
    x_link.interrupt(true);
}

void Slot::plug(bool in) {
    bool before = in;
    x_reader.change([&](reader::Settings& settings) { before = std::exchange(settings.plugged, in); });
    if (before == in) return;
    x_link.interrupt(!in);
    change([this] { ++x_plugs; });
    const bool untold = !in && settings().faults.has(reader::Fault::unplug_is_removal);
    if (!untold) x_plugged(in);
}

void Slot::type(std::string_view keys) {
    change([&] { x_keys.insert(x_keys.end(), keys.begin(), keys.end()); });
}

reader::PadView Slot::pad() const {
    std::lock_guard lock(x_mutex);
    return x_pad;
}

}  // namespace rakit::ifd
