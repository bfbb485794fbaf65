#pragma once

#include "mock_cm/core/store.hpp"

namespace rakit::cm {

inline UtcTime at(int seconds) { return UtcTime(std::chrono::seconds(1750000000 + seconds)); }

inline OrderRecord an_order(std::uint8_t number) {
    OrderRecord order;
    order.transaction_id = {number, 0x00, 0xFF};
    order.request_digest = Bytes(32, number);
    order.answer = {0x30, 0x00};
    order.response_nonces = Bytes(16, 7);
    order.waiting_request = {0x30, 0x80};
    order.questions_left = 3;
    order.officer = "Olga Officer";
    order.procedure = "employee-tc";
    order.card_serial = "0A1B";
    order.created = at(0);
    order.items = {{9, "45", {0x30, 0x01, 0x00}, "1F", Bytes(32, 3)}, {10, "46", {0x30}, "20", {}}};
    order.revokes = {{{0x30}, "0ABC", 4}};
    return order;
}

inline CertificateRecord a_certificate(const std::string& serial) {
    CertificateRecord record;
    record.issuer = {0x30, 0x02, 0x31, 0x00};
    record.serial = serial;
    record.der = {0x30, 0x00, 0x01};
    record.spki = {0x30, 0x59};
    record.card_serial = "0A1B";
    record.key = "45";
    record.transaction_id = {1};
    record.issued = at(1);
    return record;
}

inline LogEntry an_entry(int number) {
    LogEntry entry;
    entry.at = at(number);
    entry.officer = "Olga \"O'Hara\" Åkesson; DROP TABLE log";
    entry.category = "issue";
    entry.code = "tc_missing";
    entry.message = "no transport certificate on " + std::to_string(number);
    entry.transaction_id = "01FF";
    entry.card_serial = "0A1B";
    entry.procedure = "employee-tc";
    entry.line = "45";
    return entry;
}

}  // namespace rakit::cm
