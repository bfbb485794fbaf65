// What a client shouldn't do, and what a line shouldn't: cases 30 to 32, 51.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "certify/suite/procedures.hpp"

namespace rakit::certify {

void truncated(const Bench& bench, Facts& facts) {
    if (!bench.can(Deed::truncate, facts)) return;
    {
        Seat seat(bench);
        if (!seat.ok(facts)) return;
        bench.act(Deed::truncate, facts);
        const auto reply = seat.card.transmit(command(0x34, 64, {}, 64));
        const bool exact = reply.is(0x9000) && equal_bytes(reply.data(), counting(64));
        facts.put("answer_status", hex_sw(reply));
        facts.put("answer", reply.status != SCARD_S_SUCCESS ? "error"
                            : reply.bytes.size() < 2        ? "short"
                            : exact                         ? "whole"
                                                            : "wrong data as success");
    }
    facts.put("recovered", answers(bench));
}

void small_buffer(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    constexpr std::size_t kAnswer = 66, kRoom = 256;
    constexpr std::uint8_t kGuard = 0xA5;
    const auto asked = iso7816::encode(command(0x34, kAnswer - 2, {}, kAnswer - 2));
    int sizes = 0, other = 0, unreported = 0, overflows = 0;
    for (std::size_t size = 2; size < kAnswer; ++size, ++sizes) {
        Bytes buffer(kRoom, kGuard);
        DWORD reported = static_cast<DWORD>(size);
        const auto from = Steady::now();
        const LONG status = seat.card.transmit_into(asked, buffer.data(), reported);
        bench.log->call("SCardTransmit", status, from, asked, {}, "into " + std::to_string(size) + " octets");
        const bool over = std::any_of(buffer.begin() + static_cast<std::ptrdiff_t>(size), buffer.end(),
                                      [](auto octet) { return octet != kGuard; });
        if (over) ++overflows;
        if (status != SCARD_E_INSUFFICIENT_BUFFER) ++other;
        if (status != SCARD_E_INSUFFICIENT_BUFFER || reported != kAnswer) {
            if (reported != kAnswer) ++unreported;
            if (size <= 3)
                bench.log->remark("a buffer of " + std::to_string(size) + ": " + status_name(status) + ", length " +
                                  std::to_string(reported));
        }
        if (status == SCARD_W_RESET_CARD || status == SCARD_E_INVALID_HANDLE) break;
    }
    facts.put("sizes", sizes);
    facts.put("other_statuses", other);
    facts.put("unreported", unreported);
    facts.put("overflows", overflows);
    facts.put("next", hex_sw(seat.card.transmit(command(0x30, 0))));
}

void tiny_commands(const Bench& bench, Facts& facts) {
    Seat seat(bench);
    if (!seat.ok(facts)) return;
    // One octet 00, 01, 02 or 04 would be a control on vpcd's own line, so the single octet is another.
    const Bytes tiny[] = {{}, {0x80}, {0x80, 0x30}, {0x80, 0x30, 0x00}};
    int odd = 0, commands = 0;
    for (const auto& one : tiny) {
        const auto reply = seat.card.transmit(ByteView(one));
        const bool refused = reply.status == SCARD_E_INVALID_PARAMETER || reply.status == SCARD_E_INSUFFICIENT_BUFFER ||
                             reply.is(0x6700);
        if (!refused) {
            ++odd;
            bench.log->remark(std::to_string(one.size()) + " octets: " + hex_sw(reply));
        }
        facts.put("octets_" + std::to_string(one.size()), hex_sw(reply));
        ++commands;
    }
    facts.put("commands", commands);
    facts.put("odd", odd);
    facts.put("next", hex_sw(seat.card.transmit(command(0x30, 0))));
}

void bad_handles(const Bench& bench, Facts& facts) {
    Context context(*bench.log);
    Handle card(context);
    card.connect(bench.reader);
    const auto handle = card.get();
    card.disconnect();
    facts.put("double_status", status_name(SCardDisconnect(handle, SCARD_LEAVE_CARD)));
    constexpr SCARDHANDLE kForged = 0x5ABADBAD;
    facts.put("forged_status", status_name(SCardDisconnect(kForged, SCARD_LEAVE_CARD)));
    DWORD size = 0;
    facts.put("forged_context", status_name(SCardListReaders(kForged, nullptr, nullptr, &size)));
    // A child shares its parent's connection. It must get a clean status, and do the parent no harm.
    Handle parents(context);
    parents.connect(bench.reader);
    const pid_t child = ::fork();
    if (child == 0) {
        constexpr unsigned kSeconds = 5;
        ::alarm(kSeconds);
        SCARDHANDLE mine = parents.get();
        DWORD name_size = 0;
        const LONG status = SCardStatus(mine, nullptr, &name_size, nullptr, nullptr, nullptr, nullptr);
        ::_exit(status == SCARD_E_INVALID_HANDLE ? 0 : status == SCARD_S_SUCCESS ? 1 : 2);
    }
    int ended = -1;
    ::waitpid(child, &ended, 0);
    const int left = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    facts.put("child", left >= 0 ? "harmless" : "hung or crashed");
    facts.put("child_status", left == 0 ? "SCARD_E_INVALID_HANDLE" : left == 1 ? "SCARD_S_SUCCESS" : "another");
    if (left == 1)
        facts.deviation("after fork() the child may use its parent's handle: libpcsclite doesn't tell them apart");
    Bytes atr;
    facts.put("parent_after", status_name(parents.atr(atr)));
}

}  // namespace rakit::certify
