// Readers, their names and attributes: cases 1, 3, 36, 47.
#include <algorithm>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {
namespace {

constexpr std::uint8_t kGuard = 0xA5;

/// Guarded is a buffer with guards behind it.
struct Guarded {
    explicit Guarded(std::size_t octets) : size(octets), memory(octets + 64, kGuard) {}
    bool overflown() const {
        return std::any_of(memory.begin() + static_cast<std::ptrdiff_t>(size), memory.end(),
                           [](auto octet) { return octet != kGuard; });
    }
    std::size_t size;
    Bytes memory;
};

/// Attribute is what three ways of asking for one attribute give.
struct Attribute {
    LONG null_status, short_status, status;
    DWORD null_size = 0, size = 0;
    bool overflown = false;
    Bytes value;
};

Attribute look_at(Handle& card, DWORD id) {
    Attribute seen{};
    seen.null_status = SCardGetAttrib(card.get(), id, nullptr, &seen.null_size);
    Guarded one(1);
    DWORD size = 1;
    seen.short_status = SCardGetAttrib(card.get(), id, one.memory.data(), &size);
    Guarded whole(MAX_BUFFER_SIZE);
    seen.size = MAX_BUFFER_SIZE;
    const auto from = Steady::now();
    seen.status = SCardGetAttrib(card.get(), id, whole.memory.data(), &seen.size);
    if (seen.status == SCARD_S_SUCCESS) {
        seen.value.assign(whole.memory.begin(), whole.memory.begin() + static_cast<std::ptrdiff_t>(std::min<DWORD>(
                                                                           seen.size, MAX_BUFFER_SIZE)));
    }
    card.log().call("SCardGetAttrib", seen.status, from, {}, seen.value);
    seen.overflown = one.overflown() || whole.overflown();
    return seen;
}

}  // namespace

void list_readers(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    DWORD size = 0;
    facts.put("null_status", status_name(SCardListReaders(context.get(), nullptr, nullptr, &size)));
    facts.put("null_size", size);
    std::string exact(size, '\0');
    DWORD exact_size = size;
    auto from = Steady::now();
    const LONG status = SCardListReaders(context.get(), nullptr, exact.data(), &exact_size);
    bench.log->call("SCardListReaders", status, from, {}, as_bytes(exact));
    facts.put("exact_status", status_name(status));
    char* allocated = nullptr;
    DWORD auto_size = SCARD_AUTOALLOCATE;
    from = Steady::now();
    const LONG auto_status = SCardListReaders(context.get(), nullptr, reinterpret_cast<char*>(&allocated), &auto_size);
    bench.log->call("SCardListReaders", auto_status, from, {}, {}, "auto-allocated");
    facts.put("auto_status", status_name(auto_status));
    facts.put("auto_same", auto_status == SCARD_S_SUCCESS && allocated != nullptr && auto_size == exact_size &&
                               exact == std::string(allocated, auto_size));
    if (allocated != nullptr) SCardFreeMemory(context.get(), allocated);
    Guarded little(size > 1 ? size - 1 : 0);
    DWORD little_size = static_cast<DWORD>(little.size);
    from = Steady::now();
    const LONG short_status =
        SCardListReaders(context.get(), nullptr, reinterpret_cast<char*>(little.memory.data()), &little_size);
    bench.log->call("SCardListReaders", short_status, from, {}, {}, "one octet too few");
    facts.put("short_status", status_name(short_status));
    facts.put("short_size", little_size);
    facts.put("short_untouched", !little.overflown());
    const auto readers = context.readers();
    facts.put("readers", readers.size());
    facts.put("listed", std::find(readers.begin(), readers.end(), bench.reader) != readers.end());
}

void attributes(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    Bytes atr;
    seat.card.atr(atr);
    facts.put("status_atr", to_hex(atr));
    facts.put("status_atr_size", atr.size());
    const std::pair<const char*, DWORD> wanted[] = {{"atr", SCARD_ATTR_ATR_STRING},
                                                    {"vendor", SCARD_ATTR_VENDOR_NAME},
                                                    {"serial", SCARD_ATTR_VENDOR_IFD_SERIAL_NO},
                                                    {"maxinput", SCARD_ATTR_MAXINPUT},
                                                    {"channel", SCARD_ATTR_CHANNEL_ID},
                                                    {"presence", SCARD_ATTR_ICC_PRESENCE}};
    int odd = 0, overflows = 0;
    for (const auto& [key, id] : wanted) {
        const auto seen = look_at(seat.card, id);
        overflows += seen.overflown ? 1 : 0;
        const bool unsupported = seen.status == SCARD_E_UNSUPPORTED_FEATURE;
        if (seen.status != SCARD_S_SUCCESS && !unsupported) ++odd;
        if (seen.status == SCARD_S_SUCCESS) {
            const bool sized = seen.null_status == SCARD_S_SUCCESS && seen.null_size == seen.size;
            const bool kept = seen.value.size() <= 1 || seen.short_status == SCARD_E_INSUFFICIENT_BUFFER;
            if (!sized || !kept) {
                ++odd;
                bench.log->remark(std::string(key) + ": with NULL " + status_name(seen.null_status) + ", " +
                                  std::to_string(seen.null_size) + " octets; with one octet " +
                                  status_name(seen.short_status));
            }
            facts.put(key, to_hex(seen.value));
        }
        if (key == std::string("atr")) {
            facts.put("atr_status", status_name(seen.status));
            facts.put("atr_size", seen.value.size());
            facts.put("short_status", status_name(seen.short_status));
        }
    }
    constexpr DWORD kNoSuch = SCARD_ATTR_VALUE(SCARD_CLASS_VENDOR_DEFINED, 0x0BAD);
    Bytes nothing;
    facts.put("unknown_status", status_name(seat.card.attribute(kNoSuch, nothing)));
    facts.put("odd_statuses", odd);
    facts.put("overflows", overflows);
}

void direct_without_card(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::remove, facts)) return;
    Context context(*bench.log);
    bench.act(Deed::remove, facts);
    const auto empty = await(context, bench.reader, SCARD_STATE_EMPTY, bench.hands->bound());
    facts.put("empty", empty.is(SCARD_STATE_EMPTY));
    Handle card(context);
    facts.put("connect_status", status_name(card.connect(bench.reader, SCARD_SHARE_DIRECT, 0)));
    // What the driver doesn't know it may refuse; what counts is that it was asked.
    Bytes answer;
    const LONG control = card.control(CM_IOCTL_GET_FEATURE_REQUEST, {}, answer);
    const auto reached = [](LONG status) {
        return status == SCARD_S_SUCCESS || status == SCARD_E_UNSUPPORTED_FEATURE ||
                       status == SCARD_E_INVALID_PARAMETER || status == SCARD_E_NOT_TRANSACTED
                   ? std::string("answered")
                   : status_name(status);
    };
    facts.put("control_status", status_name(control));
    facts.put("control", reached(control));
    const LONG attribute = card.attribute(SCARD_ATTR_VENDOR_NAME, answer);
    facts.put("attribute_status", status_name(attribute));
    facts.put("attribute", reached(attribute));
    facts.put("disconnect_status", status_name(card.disconnect()));
    bench.act(Deed::insert, facts);
    await(context, bench.reader, SCARD_STATE_PRESENT, bench.hands->bound());
}

void unknown_reader(const Bench& bench, Facts& facts) {
    const std::string nobody = "No such reader 00 00";
    Context context(*bench.log);
    Handle card(context);
    facts.put("connect_status", status_name(card.connect(nobody)));
    facts.put("change_status", status_name(presence(context, nobody).status));
}

}  // namespace rakit::certify
